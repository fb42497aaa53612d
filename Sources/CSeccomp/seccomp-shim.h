// libseccomp's own header, and its macros that Swift can't import.
#pragma once
#include <seccomp.h>

static inline uint32_t apus_scmp_act_errno(uint16_t error) { return SCMP_ACT_ERRNO(error); }
static inline uint32_t apus_scmp_act_trace(uint16_t message) { return SCMP_ACT_TRACE(message); }
static const uint32_t APUS_SCMP_ACT_KILL_PROCESS = SCMP_ACT_KILL_PROCESS;
static const uint32_t APUS_SCMP_ACT_KILL_THREAD = SCMP_ACT_KILL_THREAD;
static const uint32_t APUS_SCMP_ACT_TRAP = SCMP_ACT_TRAP;
static const uint32_t APUS_SCMP_ACT_LOG = SCMP_ACT_LOG;
static const uint32_t APUS_SCMP_ACT_ALLOW = SCMP_ACT_ALLOW;
static const uint32_t APUS_SCMP_ACT_NOTIFY = SCMP_ACT_NOTIFY;
