/* What Swift cannot call: libmicrohttpd's variadic functions, one inline wrapper each, and what the C library's headers hide
   from it of sockets. Nothing else belongs here. */
#ifndef CMICROHTTPD_SHIM_H
#define CMICROHTTPD_SHIM_H

#include <linux/filter.h>
#include <microhttpd.h>
#include <poll.h>
#include <sys/socket.h>

/* POLLRDHUP of poll(2), which the C library declares for _GNU_SOURCE only. */
enum { shim_poll_finished = 0x2000 };

int accept4 (int listening, struct sockaddr *address, socklen_t *length, int flags);

/* Lets no new handshake begin: a filter drops the segments of TCP that have SYN and not ACK. A handshake that has begun goes
   on, and connections that have been accepted are not concerned (socket(7), SO_ATTACH_FILTER; RFC 9293 section 3.1: the
   flags stand in byte 13 of the header). */
static inline void
shim_drop_handshakes (int listening)
{
  struct sock_filter code[] = {
    BPF_STMT (BPF_LD | BPF_B | BPF_ABS, 13),
    BPF_STMT (BPF_ALU | BPF_AND | BPF_K, 0x12),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, 0),
    BPF_STMT (BPF_RET | BPF_K, 0xFFFFFFFF),
  };
  struct sock_fprog program = { sizeof (code) / sizeof (code[0]), code };
  setsockopt (listening, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof (program));
}

/* MHD_start_daemon without a listening socket, with every option in an array that ends with MHD_OPTION_END. */
static inline struct MHD_Daemon *
shim_start_daemon (unsigned int flags, MHD_AccessHandlerCallback handler, void *context,
                   const struct MHD_OptionItem *options)
{
  return MHD_start_daemon (flags, 0, NULL, NULL, handler, context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

/* The pointer that MHD_OPTION_NOTIFY_CONNECTION stored for this connection. */
static inline void *
shim_socket_context (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info =
    MHD_get_connection_info (connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return NULL == info ? NULL : *(void *const *) info;
}

/* The connection's socket, or -1. */
static inline int
shim_socket (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return NULL == info ? -1 : info->connect_fd;
}

/* The option MHD_OPTION_CLIENT_DISCIPLINE_LVL (1.0.0) at level 1: requests that break the grammar are refused. A library that
   does not know the option does not start. */
static inline struct MHD_OptionItem
shim_strict_for_clients (void)
{
  struct MHD_OptionItem item = { (enum MHD_OPTION) 38, 1, NULL };
  return item;
}

/* Gives the connection an idle limit of its own, or, with the daemon's, none of its own. */
static inline void
shim_set_timeout (struct MHD_Connection *connection, unsigned int seconds)
{
  MHD_set_connection_option (connection, MHD_CONNECTION_OPTION_TIMEOUT, seconds);
}

/* Lets the response end with its connection instead of being sent in chunks. */
static inline void
shim_send_without_chunks (struct MHD_Response *response)
{
  MHD_set_response_options (response, MHD_RF_HTTP_VERSION_1_0_ONLY, MHD_RO_END);
}

/* The number of bytes from the method to the end of the header section, or 0. */
static inline size_t
shim_header_size (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info =
    MHD_get_connection_info (connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return NULL == info ? 0 : info->header_size;
}

/* The status of the reply that is queued, or 0. */
static inline unsigned int
shim_status (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_HTTP_STATUS);
  return NULL == info ? 0 : info->http_status;
}

#endif
