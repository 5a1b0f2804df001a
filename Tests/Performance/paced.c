/* A load generator with a fixed rate: request k is due at k / RATE, whatever became of the ones before it, and its time
 * counts from when it was due. So a server that stalls pays for the requests that it kept from being sent, too.
 *
 *   paced PORT PATH RATE SECONDS CONNECTIONS
 *
 * Prints the 50th, 99th and 99.9th percentile in microseconds, and the share of requests that were sent over 1 ms late.
 * It never sleeps: give it a core of its own. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_CONNECTIONS 1024

struct connection
{
  int socket;
  int64_t due;
  size_t received;
  char answer[8192];
};

static struct connection connections[MOST_CONNECTIONS];
static struct connection *idle[MOST_CONNECTIONS];
static size_t idle_count;
static char request[1024];
static size_t request_size;

static int64_t
nanoseconds (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C (1000000000) + time.tv_nsec;
}

static void
fail (const char *why)
{
  fprintf (stderr, "paced: %s\n", why);
  exit (1);
}

static void
open_connection (struct connection *connection, int port, int poll)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((uint16_t) port) };
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
  int on = 1;
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  connection->socket = socket (AF_INET, SOCK_STREAM, 0);
  if (0 != connect (connection->socket, (struct sockaddr *) &address, sizeof address))
    fail ("cannot connect");
  setsockopt (connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl (connection->socket, F_SETFL, O_NONBLOCK);
  epoll_ctl (poll, EPOLL_CTL_ADD, connection->socket, &event);
  idle[idle_count++] = connection;
}

/* Returns how late it is. */
static int64_t
send_request (int64_t due)
{
  struct connection *connection = idle[--idle_count];
  connection->due = due;
  connection->received = 0;
  if ((ssize_t) request_size != write (connection->socket, request, request_size))
    fail ("cannot send");
  return nanoseconds () - due;
}

/* Whether the answer is complete; anything but 200 ends the run. */
static int
is_complete (struct connection *connection)
{
  char *content, *length;
  connection->answer[connection->received] = '\0';
  content = strstr (connection->answer, "\r\n\r\n");
  if (NULL == content)
    return 0;
  if (0 != strncmp (connection->answer, "HTTP/1.1 200", 12))
    fail ("an answer was not 200");
  length = strcasestr (connection->answer, "\r\ncontent-length:");
  if (NULL == length)
    fail ("an answer had no Content-Length");
  return connection->received >= (size_t) (content + 4 - connection->answer) + strtoul (length + 17, NULL, 10);
}

/* Returns the time that the answer took, or 0 if there is more to come. */
static int64_t
receive (struct connection *connection)
{
  ssize_t count = read (connection->socket, connection->answer + connection->received,
                        sizeof connection->answer - 1 - connection->received);
  if (0 > count && EAGAIN == errno)
    return 0;
  if (0 >= count)
    fail ("a connection ended");
  connection->received += (size_t) count;
  if (! is_complete (connection))
    return 0;
  idle[idle_count++] = connection;
  return nanoseconds () - connection->due;
}

static int
ascending (const void *one, const void *other)
{
  int64_t a = *(const int64_t *) one, b = *(const int64_t *) other;
  return (a > b) - (a < b);
}

static size_t
run (int poll, int64_t *times, size_t total, double rate, size_t *late)
{
  struct epoll_event events[64];
  int64_t start = nanoseconds ();
  int64_t end = start + (int64_t) (total / rate * 1e9) + INT64_C (1000000000);
  size_t sent = 0, answered = 0;
  while (answered < total && nanoseconds () < end)
  {
    int64_t due = start + (int64_t) (sent / rate * 1e9);
    while (sent < total && 0 < idle_count && due <= nanoseconds ())
    {
      *late += send_request (due) > 1000000;
      due = start + (int64_t) (++sent / rate * 1e9);
    }
    for (int i = epoll_wait (poll, events, 64, 0); i-- > 0;)
    {
      int64_t time = receive (events[i].data.ptr);
      if (0 != time)
        times[answered++] = time;
    }
  }
  return answered;
}

int
main (int count, char **arguments)
{
  double rate;
  size_t total, answered, late = 0;
  int64_t *times;
  int poll = epoll_create1 (0);
  if (6 != count || atoi (arguments[5]) > MOST_CONNECTIONS)
    return 64;
  rate = atof (arguments[3]);
  total = (size_t) (rate * atof (arguments[4]));
  times = calloc (total + 1, sizeof *times);
  request_size = (size_t) snprintf (request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n\r\n",
                                    arguments[2], arguments[1]);
  for (int i = 0; i < atoi (arguments[5]); i++)
    open_connection (&connections[i], atoi (arguments[1]), poll);
  answered = run (poll, times, total, rate, &late);
  if (answered < total)
    fail ("the server cannot keep up with the rate");
  qsort (times, answered, sizeof *times, ascending);
  printf ("%.1f %.1f %.1f %.4f\n", times[answered / 2] / 1e3, times[answered * 99 / 100] / 1e3,
          times[answered * 999 / 1000] / 1e3, (double) late / answered);
  return 0;
}
