/* What only C can get of the process: the arguments, from the C library, and the revision, from the compiler's command line. */
#ifndef CPROCESS_PROCESS_H
#define CPROCESS_PROCESS_H

/* The number of arguments, the program's name among them. */
int cprocess_argument_count (void);

/* An argument by its place, from 0. The text lives as long as the process. */
const char *cprocess_argument (int place);

/* The revision of the sources as the build named it, or "unknown". */
const char *cprocess_revision (void);

#endif
