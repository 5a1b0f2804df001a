#ifndef CTHREADS_SHIM_H
#define CTHREADS_SHIM_H

// eventfd(2), which the Glibc module lacks.
#include <sys/eventfd.h>

#endif
