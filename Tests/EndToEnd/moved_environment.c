// Preloaded by a test: moves the environment before main, as libraries do that call setenv(3) in a constructor.
#include <stdlib.h>

__attribute__((constructor)) static void begin(void) { setenv("MOVED_ENVIRONMENT", "1", 1); }
