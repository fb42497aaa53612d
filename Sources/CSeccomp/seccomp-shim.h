// libseccomp's own header, and its macros that Swift can't import.
#pragma once
#include <seccomp.h>

static const uint32_t APUS_SCMP_ARCH_X86_64 = SCMP_ARCH_X86_64;
static const uint32_t APUS_SCMP_ARCH_X86 = SCMP_ARCH_X86;
static const uint32_t APUS_SCMP_ARCH_X32 = SCMP_ARCH_X32;
static const uint32_t APUS_SCMP_ARCH_AARCH64 = SCMP_ARCH_AARCH64;
static const uint32_t APUS_SCMP_ARCH_ARM = SCMP_ARCH_ARM;
static const uint32_t APUS_AUDIT_ARCH_LE = __AUDIT_ARCH_LE;
