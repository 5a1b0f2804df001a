/* What Swift cannot call of libmicrohttpd: its variadic functions, one inline wrapper each. Nothing else belongs here. */
#ifndef CMICROHTTPD_SHIM_H
#define CMICROHTTPD_SHIM_H

#include <microhttpd.h>

/* MHD_start_daemon with every option in an array that ends with MHD_OPTION_END. */
static inline struct MHD_Daemon *
shim_start_daemon (unsigned int flags, MHD_AcceptPolicyCallback policy, MHD_AccessHandlerCallback handler,
                   void *context, const struct MHD_OptionItem *options)
{
  return MHD_start_daemon (flags, 0, policy, context, handler, context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
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

/* The peer's address, or NULL; valid as long as the connection. */
static inline const struct sockaddr *
shim_peer_address (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return NULL == info ? NULL : info->client_addr;
}

/* Gives the connection an idle limit of its own, or, with the daemon's, none of its own. */
static inline void
shim_set_timeout (struct MHD_Connection *connection, unsigned int seconds)
{
  MHD_set_connection_option (connection, MHD_CONNECTION_OPTION_TIMEOUT, seconds);
}

/* The number of bytes from the method to the end of the header section, or 0. */
static inline size_t
shim_header_size (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info =
    MHD_get_connection_info (connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return NULL == info ? 0 : info->header_size;
}

#endif
