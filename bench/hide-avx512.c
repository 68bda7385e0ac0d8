// Hides AVX-512 from a program, so that it runs as on a processor with AVX2 alone: ONNX Runtime then has blocks of 8 channels.
//
//     cc -shared -fPIC -O2 bench/hide-avx512.c -o hide-avx512.so -ldl
//     LD_PRELOAD=./hide-avx512.so node bench/yolov8n.mjs
//
// Linux on x86-64 whose processor can make the CPUID instruction fault ("cpuid_fault" in /proc/cpuinfo).
#define _GNU_SOURCE
#include <cpuid.h>
#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define ARCH_SET_CPUID 0x1012

static struct sigaction next;

static void answer(int signal, siginfo_t *info, void *context) {
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  const unsigned char *code = (const unsigned char *)registers[REG_RIP];
  if (info->si_code != SI_KERNEL || code[0] != 0x0f || code[1] != 0xa2) {
    if (next.sa_flags & SA_SIGINFO) next.sa_sigaction(signal, info, context);
    else if (next.sa_handler > (void (*)(int))1) next.sa_handler(signal);
    else syscall(SYS_exit_group, 139);
    return;
  }
  unsigned leaf = registers[REG_RAX], part = registers[REG_RCX], a, b, c, d;
  syscall(SYS_arch_prctl, ARCH_SET_CPUID, 1);
  __cpuid_count(leaf, part, a, b, c, d);
  syscall(SYS_arch_prctl, ARCH_SET_CPUID, 0);
  if (leaf == 7 && part == 0) {
    b &= ~0xdc230000u;  // AVX512 F, DQ, IFMA, PF, ER, CD, BW, VL
    c &= ~0x00005842u;  // VBMI, VBMI2, VNNI, BITALG, VPOPCNTDQ
    d &= ~0x01c0010cu;  // 4VNNIW, 4FMAPS, VP2INTERSECT, AMX
  }
  if (leaf == 7 && part == 1) a &= ~0x00000030u;  // AVX-VNNI, AVX512 BF16
  registers[REG_RAX] = a;
  registers[REG_RBX] = b;
  registers[REG_RCX] = c;
  registers[REG_RDX] = d;
  registers[REG_RIP] += 2;
}

// Handlers that the program sets for the signal run after this one.
int sigaction(int signal, const struct sigaction *action, struct sigaction *old) {
  static int (*real)(int, const struct sigaction *, struct sigaction *);
  if (real == NULL) real = dlsym(RTLD_NEXT, "sigaction");
  if (signal != SIGSEGV) return real(signal, action, old);
  if (old != NULL) *old = next;
  if (action != NULL) next = *action;
  return 0;
}

__attribute__((constructor)) static void start(void) {
  struct sigaction own = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO | SA_NODEFER};
  int (*real)(int, const struct sigaction *, struct sigaction *) = dlsym(RTLD_NEXT, "sigaction");
  real(SIGSEGV, &own, NULL);
  syscall(SYS_arch_prctl, ARCH_SET_CPUID, 0);
}
