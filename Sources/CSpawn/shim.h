#ifndef CSPAWN_SHIM_H
#define CSPAWN_SHIM_H

#include <spawn.h>

// GNU extensions (posix_spawn_file_actions_addclosefrom_np(3), pipe2(2)), which the headers show only to sources that
// ask for them before the first include.

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern int pipe2(int descriptors[2], int flags);

#endif
