// How a program begins before its C library does: what Swift can't say. Nothing that is called from
// there may use the C library, whose threads' memory and choice of functions aren't there yet.
#ifndef APUS_START_SHIM_H
#define APUS_START_SHIM_H

#if defined(__x86_64__)
// Calls apus_seal_at_start with the stack as the kernel has made it and 64 bytes to work with, and goes
// on as every program does. rdx is the kernel's word to _start.
__attribute__((naked)) void apus_start(void) {
  __asm__ volatile(
      "xor %ebp, %ebp\n"
      "mov %rdx, %rbx\n"
      "mov %rsp, %rdi\n"
      "sub $64, %rsp\n"
      "mov %rsp, %rsi\n"
      "call apus_seal_at_start\n"
      "add $64, %rsp\n"
      "mov %rbx, %rdx\n"
      "jmp _start\n");
}
// A system call without the C library: what it gives, or the negated errno.
static inline long apus_bare_call(long number, long a, long b, long c, long d, long e) {
  long result;
  register long fourth __asm__("r10") = d;
  register long fifth __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
__attribute__((naked)) void apus_start(void) {
  __asm__ volatile(
      "mov x19, x0\n"
      "mov x0, sp\n"
      "sub sp, sp, #64\n"
      "mov x1, sp\n"
      "bl apus_seal_at_start\n"
      "add sp, sp, #64\n"
      "mov x0, x19\n"
      "b _start\n");
}
static inline long apus_bare_call(long number, long a, long b, long c, long d, long e) {
  register long call __asm__("x8") = number;
  register long first __asm__("x0") = a;
  register long second __asm__("x1") = b;
  register long third __asm__("x2") = c;
  register long fourth __asm__("x3") = d;
  register long fifth __asm__("x4") = e;
  __asm__ volatile("svc #0"
                   : "+r"(first)
                   : "r"(call), "r"(second), "r"(third), "r"(fourth), "r"(fifth)
                   : "memory");
  return first;
}
#endif

#endif
