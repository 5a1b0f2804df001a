/* Tells ThreadSanitizer about the slow path of Swift's Mutex.
 *
 * Synchronization.Mutex compiles its fast path, two atomic operations, into the program, where ThreadSanitizer sees them.
 * Its slow path, the futex that hands the lock from thread to thread, is in a library that is not instrumented: without
 * this file each contended hand-over is reported as a race. Preloaded, it stands before the library's two functions and
 * adds the one fact that is missing: what came before an unlock happened before the lock that follows it. It hides
 * nothing else. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

/* Weak: the test runner itself, and whatever it starts, is not instrumented. */
extern void __tsan_acquire (void *) __attribute__((weak));
extern void __tsan_release (void *) __attribute__((weak));

SWIFT void lock_slow (uint32_t thread, SELF) __asm__ (LOCK_SLOW);
SWIFT void unlock_slow (SELF) __asm__ (UNLOCK_SLOW);

SWIFT void
lock_slow (uint32_t thread, SELF)
{
  SWIFT void (*real) (uint32_t, SELF) = dlsym (RTLD_NEXT, LOCK_SLOW);
  real (thread, self);
  if (__tsan_acquire)
    __tsan_acquire (self);
}

SWIFT void
unlock_slow (SELF)
{
  SWIFT void (*real) (SELF) = dlsym (RTLD_NEXT, UNLOCK_SLOW);
  if (__tsan_release)
    __tsan_release (self);
  real (self);
}
