/* A closed-loop gRPC client: keeps a number of calls in flight, each with a body of its own, and times them.
 *
 *   load HOST PORT PATH HEADERS BODIES CONNECTIONS IN_FLIGHT CALLS
 *
 * HEADERS: a text file, one "name: value" a line. BODIES: messages, each after its length (4 bytes, big endian);
 * they are sent in order and again from the start when CALLS is larger than their number.
 * Prints one line of JSON: sent, ok, failed, seconds, per_s, p50_ms, p95_ms, p99_ms, max_ms, statuses.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 64
#define MAX_HEADERS 32
#define STATUSES 18

struct body { const uint8_t *data; uint32_t length; };
struct call { double start; size_t at; uint32_t length; uint8_t prefix[5]; struct body body; int status; };
struct link { int fd; nghttp2_session *session; size_t running; };

static struct link links[MAX_CONNECTIONS];
static struct body *bodies;
static size_t body_count, call_count, started, finished, per_link;
static double *latencies;
static size_t statuses[STATUSES]; /* the last one: no grpc-status at all */
static nghttp2_nv headers[MAX_HEADERS];
static size_t header_count;

static void fail(const char *what) { perror(what); exit(1); }

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) fail(path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *data = malloc(*size + 1);
    if (!data || fread(data, 1, *size, file) != *size) fail(path);
    data[*size] = 0;
    fclose(file);
    return data;
}

static void add_header(char *name, char *value) {
    if (header_count == MAX_HEADERS) { fprintf(stderr, "too many headers\n"); exit(1); }
    headers[header_count++] = (nghttp2_nv){(uint8_t *)name, (uint8_t *)value, strlen(name), strlen(value), NGHTTP2_NV_FLAG_NONE};
}

static void read_headers(const char *path) {
    size_t size;
    char *line = strtok(read_file(path, &size), "\n");
    for (; line; line = strtok(NULL, "\n")) {
        char *colon = strstr(line, ": ");
        if (!colon) continue;
        *colon = 0;
        add_header(line, colon + 2);
    }
}

static void read_bodies(const char *path) {
    size_t size, at = 0, room = 1024;
    const uint8_t *data = read_file(path, &size);
    bodies = malloc(room * sizeof *bodies);
    while (at + 4 <= size) {
        uint32_t length;
        memcpy(&length, data + at, 4);
        length = ntohl(length);
        if (body_count == room) bodies = realloc(bodies, (room *= 2) * sizeof *bodies);
        bodies[body_count++] = (struct body){data + at + 4, length};
        at += 4 + length;
    }
    if (!body_count || at != size) { fprintf(stderr, "%s is malformed\n", path); exit(1); }
}

static ssize_t give_body(nghttp2_session *session, int32_t id, uint8_t *buffer, size_t room, uint32_t *flags,
                         nghttp2_data_source *source, void *user) {
    (void)session; (void)id; (void)user;
    struct call *call = source->ptr;
    size_t given = 0;
    while (given < room && call->at < 5) buffer[given++] = call->prefix[call->at++];
    size_t left = call->length - call->at, take = left < room - given ? left : room - given;
    memcpy(buffer + given, call->body.data + (call->at - 5), take);
    call->at += take;
    if (call->at == call->length) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)(given + take);
}

static void start_calls(struct link *link) {
    while (link->running < per_link && started < call_count) {
        struct call *call = calloc(1, sizeof *call);
        call->body = bodies[started++ % body_count];
        uint32_t length = htonl(call->body.length);
        memcpy(call->prefix + 1, &length, 4);
        call->length = call->body.length + 5;
        call->status = STATUSES - 1;
        call->start = now();
        nghttp2_data_provider provider = {.source = {.ptr = call}, .read_callback = give_body};
        if (nghttp2_submit_request(link->session, NULL, headers, header_count, &provider, call) < 0) {
            fprintf(stderr, "submit failed\n");
            exit(1);
        }
        link->running++;
    }
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_length,
                     const uint8_t *value, size_t value_length, uint8_t flags, void *user) {
    (void)flags; (void)user;
    if (name_length == 11 && !memcmp(name, "grpc-status", 11)) {
        struct call *call = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
        int status = 0;
        for (size_t at = 0; at < value_length; at++) status = status * 10 + (value[at] - '0');
        if (call && status >= 0 && status < STATUSES - 1) call->status = status;
    }
    return 0;
}

static int on_close(nghttp2_session *session, int32_t id, uint32_t error, void *user) {
    (void)error;
    struct link *link = user;
    struct call *call = nghttp2_session_get_stream_user_data(session, id);
    if (!call) return 0;
    latencies[finished++] = now() - call->start;
    statuses[call->status]++;
    free(call);
    link->running--;
    start_calls(link);
    return 0;
}

static ssize_t send_bytes(nghttp2_session *session, const uint8_t *data, size_t length, int flags, void *user) {
    (void)session; (void)flags;
    ssize_t sent = send(((struct link *)user)->fd, data, length, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN ? NGHTTP2_ERR_WOULDBLOCK : NGHTTP2_ERR_CALLBACK_FAILURE;
    return sent;
}

static void open_link(struct link *link, const char *host, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1;
    nghttp2_session_callbacks *callbacks;
    nghttp2_option *option;
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) { fprintf(stderr, "HOST is an IPv4 address\n"); exit(1); }
    link->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(link->fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(link->fd, F_SETFL, fcntl(link->fd, F_GETFL) | O_NONBLOCK);
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_send_callback(callbacks, send_bytes);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_option_new(&option);
    nghttp2_option_set_peer_max_concurrent_streams(option, 1000);
    nghttp2_session_client_new2(&link->session, callbacks, link, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_settings_entry window = {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20};
    nghttp2_submit_settings(link->session, NGHTTP2_FLAG_NONE, &window, 1);
    nghttp2_session_set_local_window_size(link->session, NGHTTP2_FLAG_NONE, 0, 1 << 24);
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double share(double part) {
    size_t at = (size_t)(part * (double)finished);
    return 1000 * latencies[at < finished ? at : finished - 1];
}

static void report(double seconds) {
    const char *comma = "";
    qsort(latencies, finished, sizeof *latencies, by_size);
    printf("{\"sent\": %zu, \"ok\": %zu, \"failed\": %zu, \"seconds\": %.4f, \"per_s\": %.1f, "
           "\"p50_ms\": %.2f, \"p95_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f, \"statuses\": {",
           finished, statuses[0], finished - statuses[0], seconds, (double)finished / seconds,
           share(0.50), share(0.95), share(0.99), share(1.0));
    for (size_t code = 0; code < STATUSES; code++)
        if (statuses[code]) { printf("%s\"%zu\": %zu", comma, code, statuses[code]); comma = ", "; }
    printf("}}\n");
}

int main(int argc, char **argv) {
    if (argc != 9) { fprintf(stderr, "usage: load HOST PORT PATH HEADERS BODIES CONNECTIONS IN_FLIGHT CALLS\n"); return 2; }
    size_t connections = strtoul(argv[6], NULL, 10), in_flight = strtoul(argv[7], NULL, 10);
    char authority[64];
    if (!connections || connections > MAX_CONNECTIONS || in_flight < connections) { fprintf(stderr, "too many or too few connections\n"); return 2; }
    call_count = strtoul(argv[8], NULL, 10);
    per_link = in_flight / connections;
    latencies = malloc((call_count + 1) * sizeof *latencies);
    snprintf(authority, sizeof authority, "%s:%s", argv[1], argv[2]);
    add_header(":method", "POST");
    add_header(":scheme", "http");
    add_header(":authority", authority);
    add_header(":path", argv[3]);
    add_header("te", "trailers");
    add_header("content-type", "application/grpc");
    read_headers(argv[4]);
    read_bodies(argv[5]);
    struct pollfd polls[MAX_CONNECTIONS];
    for (size_t at = 0; at < connections; at++) open_link(&links[at], argv[1], atoi(argv[2]));
    double begin = now();
    for (size_t at = 0; at < connections; at++) {
        start_calls(&links[at]);
        if (nghttp2_session_send(links[at].session)) { fprintf(stderr, "send failed\n"); return 1; }
    }
    uint8_t buffer[1 << 16];
    while (finished < call_count) {
        for (size_t at = 0; at < connections; at++)
            polls[at] = (struct pollfd){links[at].fd, (short)(POLLIN | (nghttp2_session_want_write(links[at].session) ? POLLOUT : 0)), 0};
        if (poll(polls, connections, 30000) <= 0) { fprintf(stderr, "no answer for 30 s: %zu of %zu\n", finished, call_count); return 1; }
        for (size_t at = 0; at < connections; at++) {
            if (polls[at].revents & (POLLIN | POLLHUP | POLLERR)) {
                ssize_t got = recv(links[at].fd, buffer, sizeof buffer, 0);
                if (got <= 0 && errno != EAGAIN) { fprintf(stderr, "the server closed a connection: %zu of %zu\n", finished, call_count); return 1; }
                if (got > 0 && nghttp2_session_mem_recv(links[at].session, buffer, (size_t)got) < 0) { fprintf(stderr, "bad frame\n"); return 1; }
            }
            if (nghttp2_session_send(links[at].session)) { fprintf(stderr, "send failed\n"); return 1; }
        }
    }
    report(now() - begin);
    return 0;
}
