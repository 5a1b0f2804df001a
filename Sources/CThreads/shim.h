#ifndef CTHREADS_SHIM_H
#define CTHREADS_SHIM_H

// eventfd(2), which the Glibc module lacks.
#include <sys/eventfd.h>

// sched(7): SCHED_BATCH, which the Glibc module lacks too.
static const int shim_sched_batch = 3;

#endif
