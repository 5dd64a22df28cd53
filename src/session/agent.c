/* SPDX-License-Identifier: Apache-2.0 */
#include "session/agent.h"

#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "http/ws.h"
#include "session/frame.h"
#include "session/version.h"

#define IMDS "http://169.254.169.254/latest/"

enum {
    RETRY_FIRST_MS = 250,
    RETRY_MOST_MS = 5000,
    INFORM_EVERY_MS = 300000, /* as the published agent */
    PING_EVERY_MS = 60000,
    IMDS_TIMEOUT_MS = 2000,
    IMDS_ANSWER_BYTES = 64 * 1024
};

/* -- IMDS ------------------------------------------------------------------------------------------ */

static size_t take(char *data, size_t size, size_t count, void *user) {
    struct buf *b = user;

    buf_append(b, data, size * count);
    return b->overflow ? 0 : size * count;
}

/* One exchange with IMDS: the body in the arena, or NULL; *ret_status 0 when there was no answer. */
static const char *imds(struct arena *a, const char *method, const char *path, const char *header,
                        long *ret_status) {
    struct buf body = BUF_INIT(IMDS_ANSWER_BYTES);
    struct curl_slist *headers = curl_slist_append(NULL, header);
    CURL *curl = curl_easy_init();
    const char *text = NULL;

    *ret_status = 0;
    curl_easy_setopt(curl, CURLOPT_URL, arena_printf(a, "%s%s", IMDS, path));
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)IMDS_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    if (curl_easy_perform(curl) == CURLE_OK) {
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_status);
        if (*ret_status == 200)
            text = arena_strndup(a, body.data == NULL ? "" : body.data, body.length);
    }
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    buf_free(&body);
    return text;
}

int agent_identify(struct arena *a, struct agent_identity *ret_identity) {
    struct agent_identity me = {.aws = {.arena = a}};
    const char *token, *header, *role, *credentials;
    json_t *keys;
    long status;
    int r = 0;

    token = imds(a, "PUT", "api/token", "X-aws-ec2-metadata-token-ttl-seconds: 300", &status);
    if (token == NULL)
        return -EAGAIN;
    header = arena_printf(a, "X-aws-ec2-metadata-token: %s", token);
    me.instance_id = imds(a, "GET", "meta-data/instance-id", header, &status);
    me.private_ip = imds(a, "GET", "meta-data/local-ipv4", header, &status);
    me.zone = imds(a, "GET", "meta-data/placement/availability-zone", header, &status);
    me.aws.region = imds(a, "GET", "meta-data/placement/region", header, &status);
    if (me.instance_id == NULL || me.aws.region == NULL || me.private_ip == NULL || me.zone == NULL)
        return -EAGAIN;
    role = imds(a, "GET", "meta-data/iam/security-credentials/", header, &status);
    if (role == NULL)
        return status == 404 ? -EACCES : -EAGAIN;
    credentials =
        imds(a, "GET", arena_printf(a, "meta-data/iam/security-credentials/%s", role), header, &status);
    keys = credentials == NULL ? NULL : json_loads(credentials, 0, NULL);
    if (keys == NULL)
        return -EAGAIN;
    if (json_unpack(keys, "{s:s,s:s,s:s}", "AccessKeyId", &me.aws.access_key_id, "SecretAccessKey",
                    &me.aws.secret_access_key, "Token", &me.aws.session_token) < 0)
        r = -EACCES;
    me.aws.access_key_id = arena_strdup(a, me.aws.access_key_id);
    me.aws.secret_access_key = arena_strdup(a, me.aws.secret_access_key);
    me.aws.session_token = arena_strdup(a, me.aws.session_token);
    json_decref(keys);
    if (r == 0)
        *ret_identity = me;
    return r;
}

/* -- channels -------------------------------------------------------------------------------------- */

/* The text of one element; the service's answers here are two elements without attributes. */
static const char *element(struct arena *a, const char *xml, const char *name) {
    const char *open = arena_printf(a, "<%s>", name), *start = strstr(xml, open), *end;

    if (start == NULL)
        return NULL;
    start += strlen(open);
    end = strchr(start, '<');
    return end == NULL ? NULL : arena_strndup(a, start, (size_t)(end - start));
}

static int channel_token(struct agent_identity *me, const char *url, const char *client_id, char *ret_why,
                         const char **ret_token) {
    char request_id[FRAME_UUID_TEXT_BYTES];
    const char *body, *answer;
    int status, r;

    frame_uuid(request_id);
    body = arena_printf(me->aws.arena,
                        "{\"MessageSchemaVersion\":\"1.0\",\"RequestId\":\"%s\",\"ClientId\":\"%s\"}",
                        request_id, client_id);
    r = aws_request(&me->aws, "ssmmessages", "POST", url, "application/json", body, &status, &answer);
    if (r < 0) {
        snprintf(ret_why, WS_ERROR_BYTES, "%s", me->aws.error_message);
        return r;
    }
    *ret_token = element(me->aws.arena, answer, "TokenValue");
    if (status != 201 || *ret_token == NULL) {
        snprintf(ret_why, WS_ERROR_BYTES, "status %d: %.200s", status, answer);
        return status == 403 ? -EACCES : -EPROTO;
    }
    return 0;
}

int agent_open_channel(struct agent_identity *me, const char *kind, const char *id, char *ret_why,
                       struct ws **ret_ws) {
    struct arena *a = me->aws.arena;
    bool control = text_is(kind, "control-channel");
    const char *host = arena_printf(a, "ssmmessages.%s.amazonaws.com", me->aws.region), *url, *token = NULL;
    char client_id[FRAME_UUID_TEXT_BYTES], request_id[FRAME_UUID_TEXT_BYTES];
    struct proto_headers headers = {0};
    struct ws_connect connect = {0};
    struct http_header *extra;
    struct ws *ws;
    json_t *open;
    char *text;
    int r;

    frame_uuid(client_id);
    frame_uuid(request_id);
    r = channel_token(me, arena_printf(a, "https://%s/v1/%s/%s", host, kind, id), client_id, ret_why, &token);
    if (r < 0)
        return r;
    url = control ? arena_printf(a, "https://%s/v1/%s/%s?role=subscribe&stream=input", host, kind, id)
                  : arena_printf(a, "https://%s/v1/%s/%s?role=publish_subscribe", host, kind, id);
    aws_sign_url(&me->aws, "ssmmessages", "GET", url, &headers);
    extra = arena_array(a, struct http_header, headers.count);
    for (size_t i = 0; i < headers.count; i++)
        if (strcasecmp(headers.items[i].name, "host") != 0)
            extra[connect.header_count++] =
                (struct http_header){headers.items[i].name, headers.items[i].value};
    connect.url = arena_printf(a, "wss%s", url + strlen("https"));
    connect.headers = extra;
    r = ws_connect(&connect, ret_why, &ws);
    if (r < 0)
        return r;
    open = control
               ? json_pack("{s:s,s:s,s:s,s:s,s:s}", "MessageSchemaVersion", "1.0", "RequestId", request_id,
                           "TokenValue", token, "AgentVersion", AGENT_VERSION, "PlatformType", "linux")
               : json_pack("{s:s,s:s,s:s,s:s,s:s}", "MessageSchemaVersion", "1.0", "RequestId", request_id,
                           "TokenValue", token, "ClientInstanceId", me->instance_id, "ClientId", client_id);
    text = json_dumps(open, JSON_COMPACT);
    r = ws_write(ws, WS_TEXT, text, strlen(text), 10000);
    free(text);
    json_decref(open);
    if (r < 0) {
        snprintf(ret_why, WS_ERROR_BYTES, "cannot present the token: %s", strerror(-r));
        ws_free(ws);
        return r;
    }
    ws_watch_path(ws);
    *ret_ws = ws;
    return 0;
}

/* -- the agent ------------------------------------------------------------------------------------- */

static const char *os_release(struct arena *a, const char *key, const char *otherwise) {
    FILE *f = fopen("/etc/os-release", "re");
    char line[256];
    const char *value = otherwise;
    size_t n = strlen(key);

    while (f != NULL && fgets(line, sizeof(line), f) != NULL)
        if (strncmp(line, key, n) == 0 && line[n] == '=') {
            char *v = line + n + 1;

            v += *v == '"';
            v[strcspn(v, "\"\n")] = '\0';
            value = arena_strdup(a, v);
        }
    if (f != NULL)
        fclose(f);
    return value;
}

static int inform(struct agent_identity *me) {
    struct ssm_update_instance_information_request in = {.agent_name = "amazon-ssm-agent",
                                                         .agent_status = "Active",
                                                         .agent_version = AGENT_VERSION,
                                                         .availability_zone = me->zone,
                                                         .instance_id = me->instance_id,
                                                         .ip_address = me->private_ip,
                                                         .platform_type = "Linux",
                                                         .ssm_connection_channel = "ssmmessages"};
    struct ssm_update_instance_information_result out = {0};
    struct utsname u;

    uname(&u);
    in.computer_name = u.nodename;
    in.platform_name = os_release(me->aws.arena, "NAME", "Linux");
    in.platform_version = os_release(me->aws.arena, "VERSION_ID", "0");
    return aws_call(&me->aws, &model_ssm, "UpdateInstanceInformation", &in, &out);
}

static void acknowledge_task(struct ws *ws, const struct frame *task, const char *task_id,
                             const char *topic) {
    struct buf b = BUF_INIT(64 * 1024);
    json_t *content = json_pack("{s:i,s:s,s:s,s:s}", "SchemaVersion", 1, "MessageId", task->id, "TaskId",
                                task_id, "Topic", topic);
    char *text = json_dumps(content, JSON_COMPACT);

    frame_build(&b, FRAME_TASK_ACKNOWLEDGE, 0, 0, FRAME_PAYLOAD_NONE, text, strlen(text), NULL);
    ws_write(ws, WS_BINARY, b.data, b.length, 10000);
    free(text);
    json_decref(content);
    buf_free(&b);
}

/* The session's document goes through a pipe: arguments are for everybody to see. */
static void start_worker(const char *content) {
    int ends[2];
    pid_t pid;

    if (pipe(ends) < 0)
        return;
    pid = fork();
    if (pid == 0) {
        setsid();
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl("/proc/self/exe", "ssm-session-worker", "ssm-session-worker", (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    if (pid > 0 && write(ends[1], content, strlen(content)) < 0)
        log_warn("the session's worker did not take its document: %s", strerror(errno));
    close(ends[1]);
}

static void take_task(struct ws *ws, const struct frame *f) {
    json_t *task = json_loadb((const char *)f->payload, f->payload_length, 0, NULL);
    const char *content, *task_id = "", *topic = "";

    if (task == NULL)
        return;
    if (json_unpack(task, "{s:s,s?s,s?s}", "Content", &content, "TaskId", &task_id, "Topic", &topic) == 0) {
        acknowledge_task(ws, f, task_id, topic);
        start_worker(content);
    }
    json_decref(task);
}

/* Serves one control channel until it breaks. */
static void serve_control(struct agent_identity *me, struct ws *ws) {
    uint64_t informed = clock_mono_ns();

    for (;;) {
        struct ws_message m;
        struct frame f;
        int r = ws_read(ws, PING_EVERY_MS, &m);

        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        if (r == -EAGAIN)
            r = ws_ping(ws);
        else if (r == 0 && m.type == WS_BINARY && frame_parse(m.data, m.length, &f) == 0 &&
                 text_is(f.type, FRAME_INTERACTIVE_SHELL))
            take_task(ws, &f);
        if (r < 0)
            return;
        if (clock_mono_ns() - informed > (uint64_t)INFORM_EVERY_MS * 1000000) {
            informed = clock_mono_ns();
            inform(me);
        }
    }
}

int agent_main(int argc, char **argv) {
    struct arena arena = {0};
    unsigned wait_ms = RETRY_FIRST_MS;
    char last_words[WS_ERROR_BYTES] = "";

    (void)argc;
    (void)argv;
    log_setup("amazon-ssm-agent", LOG_LEVEL_INFO);
    signal(SIGPIPE, SIG_IGN);
    for (;;) {
        struct agent_identity me = {0};
        struct ws *ws = NULL;
        char why[WS_ERROR_BYTES] = "";
        int r = agent_identify(&arena, &me);

        if (r < 0)
            snprintf(why, sizeof(why), "%s",
                     r == -EACCES ? "no instance profile role" : "no answer from IMDS");
        if (r == 0 && (r = inform(&me)) < 0)
            snprintf(why, sizeof(why), "UpdateInstanceInformation: %s%s%s",
                     me.aws.error_code == NULL ? "" : me.aws.error_code,
                     me.aws.error_code == NULL ? "" : ": ", me.aws.error_message);
        if (r == 0)
            r = agent_open_channel(&me, "control-channel", me.instance_id, why, &ws);
        if (r == 0) {
            log_info("control channel is open");
            wait_ms = RETRY_FIRST_MS;
            last_words[0] = '\0';
            serve_control(&me, ws);
            ws_free(ws);
            log_info("control channel closed, connecting again");
        } else if (strcmp(why, last_words) != 0) {
            /* Once for each reason: the console is for reading. */
            log_warn("not connected: %s", why);
            memcpy(last_words, why, sizeof(last_words));
        }
        aws_done(&me.aws);
        arena_reset(&arena);
        nanosleep(&(struct timespec){wait_ms / 1000, wait_ms % 1000 * 1000000L}, NULL);
        wait_ms = wait_ms * 2 > RETRY_MOST_MS ? RETRY_MOST_MS : wait_ms * 2;
    }
}
