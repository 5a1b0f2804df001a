/* The upstream of the comparison: an Amazon Transcribe that answers at once and checks nothing.
 *
 *   upstream PORT
 *
 * A POST gets AWS's answer about the job that its content names, as the gateway asks; GET /jobs/NAME gets the bytes that
 * the gateway would make of it, as a cache that passes answers on wants them. */
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_NAME 200
#define NAME_KEY "\"MedicalTranscriptionJobName\":\""
#define URI "https://s3.us-east-1.amazonaws.com/demo-transcripts/medical/%s.json"

static const char job_of_aws[]
  = "{\"MedicalTranscriptionJob\":{" NAME_KEY "%s\",\"TranscriptionJobStatus\":\"COMPLETED\","
    "\"LanguageCode\":\"en-US\",\"MediaSampleRateHertz\":44100,\"MediaFormat\":\"wav\",\"Media\":{\"MediaFileUri\":\"s3://demo-audio/%s.wav\"},"
    "\"Transcript\":{\"TranscriptFileUri\":\"" URI "\"},\"StartTime\":1795500546.991,\"CreationTime\":1795500526.991,"
    "\"CompletionTime\":1795500736.991,\"Settings\":{\"ChannelIdentification\":false,\"ShowAlternatives\":false},"
    "\"ContentIdentificationType\":\"PHI\",\"Specialty\":\"PRIMARYCARE\",\"Type\":\"CONVERSATION\"}}";

static const char job_of_the_gateway[]
  = "{\"name\":\"%s\",\"status\":\"COMPLETED\",\"createdAt\":\"2026-11-24T06:08:46.991Z\","
    "\"startedAt\":\"2026-11-24T06:09:06.991Z\",\"completedAt\":\"2026-11-24T06:12:16.991Z\","
    "\"transcriptUri\":\"" URI "\"}";

struct request
{
  char name[LONGEST_NAME + 1];
};

/* The content is short, so it comes in one piece. */
static void
read_name (struct request *request, const char *content, size_t size)
{
  char text[512] = "";
  const char *name;
  memcpy (text, content, size < sizeof text ? size : sizeof text - 1);
  name = strstr (text, NAME_KEY);
  if (NULL != name)
    sscanf (name + strlen (NAME_KEY), "%200[0-9a-zA-Z._-]", request->name);
}

static enum MHD_Result
send_text (struct MHD_Connection *connection, char *text, int length, const char *type)
{
  struct MHD_Response *response
    = MHD_create_response_from_buffer ((size_t) length, text, MHD_RESPMEM_MUST_COPY);
  enum MHD_Result result;
  MHD_add_response_header (response, "Content-Type", type);
  MHD_add_response_header (response, "Cache-Control", "max-age=600");
  MHD_add_response_header (response, "ETag", "\"89339378f038e061722cae23\"");
  result = MHD_queue_response (connection, MHD_HTTP_OK, response);
  MHD_destroy_response (response);
  return result;
}

static enum MHD_Result
respond (void *cls, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
         const char *upload, size_t *upload_size, void **context)
{
  char text[4096];
  struct request *request = *context;
  (void) cls, (void) version;
  if (NULL == request)
    return NULL != (*context = calloc (1, sizeof *request)) ? MHD_YES : MHD_NO;
  if (0 != *upload_size)
  {
    read_name (request, upload, *upload_size);
    *upload_size = 0;
    return MHD_YES;
  }
  if (0 == strcmp (method, "POST"))
    return send_text (connection, text,
                      snprintf (text, sizeof text, job_of_aws, request->name, request->name, request->name),
                      "application/x-amz-json-1.1");
  sscanf (url, "/jobs/%200[0-9a-zA-Z._-]", request->name);
  return send_text (connection, text, snprintf (text, sizeof text, job_of_the_gateway, request->name, request->name),
                    "application/json");
}

static void
forget (void *cls, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code)
{
  (void) cls, (void) connection, (void) code;
  free (*context);
}

int
main (int count, char **arguments)
{
  struct MHD_Daemon *daemon;
  sigset_t signals;
  int received;
  if (2 != count)
    return 64;
  sigemptyset (&signals);
  sigaddset (&signals, SIGTERM);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  daemon = MHD_start_daemon (MHD_USE_EPOLL_INTERNAL_THREAD, (uint16_t) atoi (arguments[1]), NULL, NULL, respond, NULL,
                             MHD_OPTION_NOTIFY_COMPLETED, forget, NULL, MHD_OPTION_END);
  if (NULL == daemon)
    return 1;
  sigwait (&signals, &received);
  MHD_stop_daemon (daemon);
  return 0;
}
