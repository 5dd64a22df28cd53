/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fragments: the first one has the ports, the others are told by (port, addresses, protocol, id).  What
 * is remembered are ports, not verdicts: every fragment meets the same stages.  A fixed table in which a
 * newer datagram overwrites an older one; a fragment that comes before the first is lost.
 */
#include "fwd/engine.h"

static struct fwd_frag *slot(const struct fwd_table *t, uint32_t in_port, const struct wire_packet *p) {
    struct wire_tuple key = {p->tuple.src, p->tuple.dst, (uint16_t)p->id, (uint16_t)(p->id >> 16),
                             p->tuple.protocol};

    return &t->frags[flow_hash(in_port, &key) % FWD_FRAGS];
}

void frag_remember(struct fwd_table *t, uint32_t in_port, const struct wire_packet *p, uint32_t tick) {
    *slot(t, in_port, p) = (struct fwd_frag){.in_port = in_port,
                                             .src = p->tuple.src,
                                             .dst = p->tuple.dst,
                                             .id = p->id,
                                             .sport = p->tuple.sport,
                                             .dport = p->tuple.dport,
                                             .protocol = p->tuple.protocol,
                                             .used = 1,
                                             .icmp_type = p->icmp_type,
                                             .icmp_code = p->icmp_code,
                                             .icmp_query = p->icmp_query,
                                             .seen = tick};
}

bool frag_recall(const struct fwd_table *t, uint32_t in_port, struct wire_packet *p, uint32_t tick) {
    const struct fwd_frag *f = slot(t, in_port, p);

    if (!f->used || f->in_port != in_port || !ip_equal(f->src, p->tuple.src) ||
        !ip_equal(f->dst, p->tuple.dst) || f->id != p->id || f->protocol != p->tuple.protocol ||
        tick - f->seen > fwd_ticks(FWD_FRAG_S))
        return false;
    p->tuple.sport = f->sport;
    p->tuple.dport = f->dport;
    p->icmp_type = f->icmp_type;
    p->icmp_code = f->icmp_code;
    p->icmp_query = f->icmp_query;
    return true;
}
