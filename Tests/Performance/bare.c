/* The peer to measure against: the least that a C program on libmicrohttpd can do for the gateway's answer. It builds
 * the same header fields and bytes for each request and does nothing else: no routing, no limits, no log, no cache.
 *
 *   bare PORT THREADS FILE [STATUS [prebuilt]]
 *
 * FILE holds an answer of the gateway as curl -i prints it; its fields and content are sent, with STATUS in place of
 * 200. With "prebuilt" one response is made at the start and sent to all clients: the most that the library can do. */
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MOST_FIELDS 32

struct answer
{
  char *names[MOST_FIELDS];
  char *values[MOST_FIELDS];
  int fields;
  char *content;
  size_t length;
  unsigned int status;
  /* NULL if each request gets a response of its own. */
  struct MHD_Response *prebuilt;
};

/* The fields that the library writes by itself. */
static int
is_written_by_the_library (const char *name)
{
  return 0 == strcasecmp (name, "Date") || 0 == strcasecmp (name, "Content-Length")
         || 0 == strcasecmp (name, "Connection");
}

static void
parse (char *text, size_t size, struct answer *answer)
{
  char *line = strstr (text, "\r\n") + 2;
  while (0 != strncmp (line, "\r\n", 2))
  {
    char *end = strstr (line, "\r\n");
    char *colon = strchr (line, ':');
    *end = *colon = '\0';
    if (! is_written_by_the_library (line) && answer->fields < MOST_FIELDS)
    {
      answer->names[answer->fields] = line;
      answer->values[answer->fields++] = colon + 2;
    }
    line = end + 2;
  }
  answer->content = line + 2;
  answer->length = size - (size_t) (answer->content - text);
}

static struct MHD_Response *
build (const struct answer *answer)
{
  struct MHD_Response *response
    = MHD_create_response_from_buffer (answer->length, answer->content, MHD_RESPMEM_PERSISTENT);
  for (int i = 0; i < answer->fields; i++)
    MHD_add_response_header (response, answer->names[i], answer->values[i]);
  return response;
}

static enum MHD_Result
respond (void *cls, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
         const char *upload, size_t *upload_size, void **context)
{
  static int marker;
  const struct answer *answer = cls;
  struct MHD_Response *response;
  enum MHD_Result result;
  (void) url, (void) method, (void) version, (void) upload, (void) upload_size;
  if (NULL == *context)
  {
    *context = &marker;
    return MHD_YES;
  }
  if (NULL != answer->prebuilt)
    return MHD_queue_response (connection, answer->status, answer->prebuilt);
  response = build (answer);
  result = MHD_queue_response (connection, answer->status, response);
  MHD_destroy_response (response);
  return result;
}

int
main (int count, char **arguments)
{
  static char text[1 << 16];
  struct answer answer = { .status = MHD_HTTP_OK };
  struct MHD_Daemon *daemon;
  unsigned int threads;
  sigset_t signals;
  FILE *file;
  int received;
  if (4 > count || 6 < count || NULL == (file = fopen (arguments[3], "rb")))
    return 64;
  parse (text, fread (text, 1, sizeof text - 1, file), &answer);
  if (4 < count)
    answer.status = (unsigned int) atoi (arguments[4]);
  if (5 < count)
    answer.prebuilt = build (&answer);
  threads = (unsigned int) atoi (arguments[2]);
  sigemptyset (&signals);
  sigaddset (&signals, SIGTERM);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  daemon = MHD_start_daemon (MHD_USE_EPOLL_INTERNAL_THREAD, (uint16_t) atoi (arguments[1]), NULL, NULL, respond, &answer,
                             threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, MHD_OPTION_END);
  if (NULL == daemon)
    return 1;
  sigwait (&signals, &received);
  MHD_stop_daemon (daemon);
  return 0;
}
