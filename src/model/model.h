/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model: AWS's published API models as C tables.
 *
 * Theory of operation: src/model/aws/<service>.json are AWS's own models, trimmed to the operations
 * that vpcbox implements and without their prose (the version that they came from is inside).
 * tools/model-gen turns them into src/model/gen/<service>.{h,c}: one C struct for each shape, and
 * tables that say where each member lies in its struct and what it is called on the wire.  One
 * engine for each protocol (src/proto) reads and writes the structs by these tables, in both
 * directions, so that server and command line share them; no handler formats XML or JSON.
 *
 * How a member looks in C (absent = all zeros, so a zeroed struct is an empty message):
 *   string, enum    const char *                NULL when absent
 *   integer, long   struct opt_int              boolean  struct opt_bool
 *   float, double   struct opt_double           timestamp  struct opt_time
 *   blob            struct blob                 data NULL when absent
 *   structure       struct <service>_<shape> *  NULL when absent
 *   list            VEC(item)                   items: string → const char *, structure → by value
 *   map             VEC(struct <shape>_pair)    pair: {const char *key; value}
 * A streaming blob (S3 object bodies) has no member: it travels beside the struct.
 *
 * Tables are immutable; everything a decoded struct points at lives in the request's arena.
 */
#ifndef VPCBOX_MODEL_MODEL_H
#define VPCBOX_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct opt_int {
    bool set;
    int64_t v;
};
struct opt_bool {
    bool set;
    bool v;
};
struct opt_double {
    bool set;
    double v;
};
struct opt_time {
    bool set;
    int64_t ms; /* since the epoch, UTC */
};
struct blob {
    const void *data;
    size_t length;
};

#define SOME_INT(x) ((struct opt_int){true, (x)})
#define SOME_BOOL(x) ((struct opt_bool){true, (x)})
#define SOME_DOUBLE(x) ((struct opt_double){true, (x)})
#define SOME_TIME(x) ((struct opt_time){true, (x)})

enum model_type {
    MODEL_STRING,
    MODEL_INT, /* 32 bits on the wire; opt_int in C */
    MODEL_LONG,
    MODEL_BOOL,
    MODEL_DOUBLE,
    MODEL_TIME,
    MODEL_BLOB,
    MODEL_STRUCT,
    MODEL_LIST,
    MODEL_MAP
};

enum model_time_format {
    MODEL_TIME_DEFAULT,
    MODEL_TIME_ISO8601,    /* 2026-01-02T03:04:05.000Z: ec2, s3 */
    MODEL_TIME_ISO8601_S,  /* 2026-01-02T03:04:05Z: iam, sts */
    MODEL_TIME_ISO8601_MS, /* 2026-01-02T03:04:05.678Z: ec2's few that are so fine */
    MODEL_TIME_EPOCH,
    MODEL_TIME_HTTP
};

enum model_location {
    MODEL_IN_BODY,
    MODEL_IN_HEADER,
    MODEL_IN_HEADERS, /* a map of all headers with the prefix in `wire` */
    MODEL_IN_QUERY,
    MODEL_IN_URI,
    MODEL_IN_STATUS
};

/* What a VEC of any item type looks like to the engines. */
struct model_vec {
    void *items;
    size_t count, capacity;
};

struct model_member;

struct model_shape {
    const char *name; /* as in the model */
    enum model_type type;
    enum model_time_format time_format;
    bool flattened; /* list or map without a wrapping element */
    bool sensitive;
    uint32_t size; /* bytes of one value in C: of the struct, the VEC, the pointer or opt_* */
    /* MODEL_STRUCT */
    const struct model_member *members;
    uint16_t member_count;
    /* MODEL_LIST and MODEL_MAP: item is the list's member or the map's value */
    const struct model_shape *item;
    uint32_t item_size;    /* bytes from one item (or key/value pair) to the next in VEC.items */
    uint32_t value_offset; /* MODEL_MAP: of the value inside the pair; the key is a char * at 0 */
    const char *item_wire; /* the item's element name ("item", "member", …), NULL: protocol's default */
    const char *key_wire, *value_wire;
    /* MODEL_STRING with an enumeration: NULL-terminated; NULL: any string */
    const char *const *enums;
    /* length (string, list, blob) or value (numbers); INT64_MIN / INT64_MAX when not given */
    int64_t min, max;
};

struct model_member {
    const char *name;  /* as in the model: error messages, JSON */
    const char *wire;  /* XML element, header or query-string name; JSON key */
    const char *query; /* parameter name of the ec2 and query protocols' requests */
    const struct model_shape *shape;
    uint32_t offset;
    bool required;
    bool payload;   /* this member is the whole body (rest protocols) */
    bool streaming; /* … and it is streamed beside the struct: offset is meaningless */
    bool attribute; /* XML attribute */
    enum model_location location;
    enum model_time_format time_format;
};

enum model_protocol { MODEL_EC2, MODEL_QUERY, MODEL_JSON, MODEL_REST_JSON, MODEL_REST_XML };

struct model_error {
    const char *code;
    int http_status;
};

/*
 * A filter of a Describe call: where in an item of its answer the value lies.  From src/model/filters.tsv.
 * The name "tag:<key>" stands for all filters by tag, and its steps lead to the tags.
 */
enum { MODEL_FILTER_STEPS_MAX = 6 };
struct model_filter {
    const char *name;
    const char *always; /* the value of all items; NULL: */
    /* from the item on, the number of each member; lists are walked through.  step_count 0: no item has one. */
    uint8_t steps[MODEL_FILTER_STEPS_MAX], step_count;
};

struct model_operation {
    const char *name;
    const char *http_method;
    const char *http_uri;               /* "/{Bucket}/{Key+}?uploads" */
    int http_status;                    /* of success */
    const struct model_shape *input;    /* NULL: none */
    const struct model_shape *output;   /* NULL: none (ec2 answers <return>true</return>) */
    const char *input_root;             /* rest-xml body element when the payload has none of its own */
    const char *result_wrapper;         /* query protocol: "CreateRoleResult" */
    const struct model_error *errors;   /* declared ones, NULL-terminated by code; may be NULL */
    const struct model_filter *filters; /* NULL-terminated by name; NULL: it has none */
    const struct model_shape *filtered; /* the item that they look at */
};

/*
 * A call that only lists what vpcbox has none of: it answers an empty list, or that what is asked for by id is not
 * there.  From src/model/empty.tsv.
 */
enum { MODEL_EMPTY_PARAMETERS_MAX = 3 };
struct model_empty {
    struct model_operation operation;                   /* its name; input and output are not modelled */
    const char *list;                                   /* on the wire; NULL at the table's end */
    const char *parameters[MODEL_EMPTY_PARAMETERS_MAX]; /* those that name what is looked for; "": none */
    const char *code;                                   /* when one of those is given */
};

struct model_service {
    const char *id;              /* "ec2": how vpcbox calls it, also the folder in src/api */
    const char *signing_name;    /* in the credential scope */
    const char *endpoint_prefix; /* first label of the host name */
    const char *global_host;     /* "iam.amazonaws.com" or NULL */
    const char *api_version;
    const char *service_id;    /* AWS's own name: "EC2" */
    const char *xml_namespace; /* or NULL */
    const char *target_prefix; /* X-Amz-Target before the dot, or NULL */
    const char *json_version;  /* or NULL */
    enum model_protocol protocol;
    const struct model_operation *operations; /* sorted by name */
    size_t operation_count;
    const char *const *lacking; /* operations that AWS has and vpcbox has not; sorted, NULL-terminated */
    const struct model_empty *empties; /* those of them that still have an answer; NULL: none */
};

extern const struct model_service *const model_services[]; /* NULL-terminated */

const struct model_service *model_service_find(const char *id);
/* By credential-scope name ("s3", "ec2", "ssm", …); NULL when vpcbox does not have it. */
const struct model_service *model_service_by_signing(const char *signing_name);
const struct model_operation *model_operation_find(const struct model_service *s, const char *name);
/* NULL: it is none of those. */
const struct model_empty *model_empty_find(const struct model_service *s, const char *name);
bool model_operation_lacking(const struct model_service *s, const char *name);

/*
 * A number for what a request asks for: equal requests give equal numbers, so that a ClientToken that
 * comes again with other parameters is noticed.  Its members ClientToken and DryRun do not count.
 */
uint64_t model_digest(const struct model_shape *shape, const void *message);

#endif
