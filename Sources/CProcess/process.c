#include "process.h"

#include <fcntl.h>
#include <malloc.h>
#include <stddef.h>
#include <sys/resource.h>

#ifndef REVISION
#define REVISION "unknown"
#endif

static int count;
static char **arguments;

/* A standard descriptor that the parent process left closed would be given to the next socket, and the log or an error would
   be written into it. It is opened the wrong way round, so that reading or writing fails as it does on a closed one. */
static void
occupy (int descriptor, int flags)
{
  if (fcntl (descriptor, F_GETFD) < 0)
    open ("/dev/null", flags);
}

/* Under a limit of the address space (RLIMIT_AS) malloc(3) would take up to 128 MiB of it for each thread. */
static void
share_arenas (void)
{
  struct rlimit limit;
  if (getrlimit (RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    mallopt (M_ARENA_MAX, 1);
}

/* The C library passes the arguments of main to the functions that run before it. Swift looks for them in /proc, or below the
   environment's first place in memory, and finds none where there is no /proc, or where a library has moved the
   environment. */
__attribute__ ((constructor)) static void
begin (int argument_count, char **argument_values, char **environment)
{
  (void) environment;
  count = argument_count;
  arguments = argument_values;
  occupy (0, O_WRONLY);
  occupy (1, O_RDONLY);
  occupy (2, O_RDONLY);
  share_arenas ();
}

int
cprocess_argument_count (void)
{
  return count;
}

const char *
cprocess_argument (int place)
{
  return place >= 0 && place < count ? arguments[place] : NULL;
}

const char *
cprocess_revision (void)
{
  /* Empty where the build was given a revision without a value. */
  return *REVISION ? REVISION : "unknown";
}
