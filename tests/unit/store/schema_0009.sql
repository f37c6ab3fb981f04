-- The ninth schema: how it stands with vendors, and what came in.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0009');
CREATE TABLE archived_order (
	tracker_id INTEGER NOT NULL, 
	order_id TEXT NOT NULL, 
	closed_at BIGINT NOT NULL, 
	archived_at BIGINT NOT NULL, 
	packed TEXT NOT NULL, 
	CONSTRAINT pk_archived_order PRIMARY KEY (tracker_id, order_id), 
	CONSTRAINT fk_archived_order_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE "change_log" (
            id INTEGER NOT NULL,
            tracker_id INTEGER NOT NULL,
            pass_id INTEGER NOT NULL,
            seen_at BIGINT NOT NULL,
            order_id TEXT NOT NULL,
            "column" TEXT NOT NULL,
            old TEXT NOT NULL,
            new TEXT NOT NULL,
            "by" TEXT NOT NULL,
            rule TEXT NOT NULL,
            seen_from BIGINT,
            CONSTRAINT pk_change_log PRIMARY KEY (id),
            CONSTRAINT fk_change_log_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id),
            CONSTRAINT uq_change_log_tracker_id_pass_id_seen_at_order_id_column_by UNIQUE (tracker_id, pass_id, seen_at, order_id, "column", "by")
        );
CREATE TABLE customer_told (
	tracker_id INTEGER NOT NULL, 
	order_id TEXT NOT NULL, 
	told TEXT NOT NULL, 
	CONSTRAINT pk_customer_told PRIMARY KEY (tracker_id, order_id), 
	CONSTRAINT fk_customer_told_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE delivery_event (
	id INTEGER NOT NULL, 
	tracker_id INTEGER NOT NULL, 
	outbox_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	detail TEXT NOT NULL, 
	CONSTRAINT pk_delivery_event PRIMARY KEY (id), 
	CONSTRAINT fk_delivery_event_outbox_id FOREIGN KEY(outbox_id) REFERENCES outbox (id), 
	CONSTRAINT fk_delivery_event_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE escalation (
	id INTEGER NOT NULL, 
	tracker_id INTEGER NOT NULL, 
	pass_id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	policy TEXT NOT NULL, 
	stay TEXT NOT NULL, 
	level INTEGER NOT NULL, 
	repeat INTEGER NOT NULL, 
	outcome TEXT NOT NULL, 
	at BIGINT, 
	recipients TEXT NOT NULL, 
	CONSTRAINT pk_escalation PRIMARY KEY (id), 
	CONSTRAINT fk_escalation_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id), 
	CONSTRAINT uq_escalation_tracker_id_key UNIQUE (tracker_id, "key")
);
CREATE TABLE feed_file (
	id INTEGER NOT NULL, 
	tracker_id INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	stamp TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	headings TEXT NOT NULL, 
	written_at BIGINT, 
	taken_at BIGINT NOT NULL, 
	verdict TEXT NOT NULL, 
	sentence TEXT NOT NULL, 
	rows INTEGER NOT NULL, 
	changed INTEGER NOT NULL, 
	refused INTEGER NOT NULL, 
	CONSTRAINT pk_feed_file PRIMARY KEY (id), 
	CONSTRAINT fk_feed_file_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE feed_row (
	tracker_id INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	keyed TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	digest BIGINT NOT NULL, 
	cells TEXT NOT NULL, 
	said_at BIGINT, 
	changed_at BIGINT NOT NULL, 
	waits INTEGER NOT NULL, 
	CONSTRAINT pk_feed_row PRIMARY KEY (tracker_id, source, keyed, "key"), 
	CONSTRAINT fk_feed_row_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE feed_written (
	tracker_id INTEGER NOT NULL, 
	order_id TEXT NOT NULL, 
	written TEXT NOT NULL, 
	"before" TEXT NOT NULL, 
	CONSTRAINT pk_feed_written PRIMARY KEY (tracker_id, order_id), 
	CONSTRAINT fk_feed_written_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE follow_up (
	id INTEGER NOT NULL, 
	tracker_id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	who TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	direction TEXT NOT NULL, 
	text TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	due_at BIGINT, 
	closed_at BIGINT, 
	closed_by TEXT NOT NULL, 
	CONSTRAINT pk_follow_up PRIMARY KEY (id), 
	CONSTRAINT fk_follow_up_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id), 
	CONSTRAINT uq_follow_up_tracker_id_key UNIQUE (tracker_id, "key")
);
CREATE TABLE inbound (
	tracker_id INTEGER NOT NULL, 
	action_key TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	CONSTRAINT pk_inbound PRIMARY KEY (tracker_id, action_key), 
	CONSTRAINT fk_inbound_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE kpi_month (
	tracker_id INTEGER NOT NULL, 
	month TEXT NOT NULL, 
	kpi TEXT NOT NULL, 
	value FLOAT, 
	numerator FLOAT, 
	n INTEGER NOT NULL, 
	excluded INTEGER NOT NULL, 
	not_measurable INTEGER NOT NULL, 
	definition_version TEXT NOT NULL, 
	input_hash TEXT NOT NULL, 
	closed_at BIGINT NOT NULL, 
	restated_at BIGINT, 
	CONSTRAINT pk_kpi_month PRIMARY KEY (tracker_id, month, kpi), 
	CONSTRAINT fk_kpi_month_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE ledger (
	dedupe_key TEXT NOT NULL, 
	tracker_id INTEGER NOT NULL, 
	message_id TEXT NOT NULL, 
	sent_at BIGINT NOT NULL, 
	CONSTRAINT pk_ledger PRIMARY KEY (dedupe_key), 
	CONSTRAINT fk_ledger_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE merge_conflict (
	id INTEGER NOT NULL, 
	tracker_id INTEGER NOT NULL, 
	copy_id TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	"column" TEXT NOT NULL, 
	base TEXT NOT NULL, 
	theirs TEXT NOT NULL, 
	ours TEXT NOT NULL, 
	found_at BIGINT NOT NULL, 
	choice TEXT NOT NULL, 
	settled_at BIGINT, 
	settled_by TEXT NOT NULL, 
	CONSTRAINT pk_merge_conflict PRIMARY KEY (id), 
	CONSTRAINT fk_merge_conflict_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE offline_copy (
	tracker_id INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	made_at BIGINT NOT NULL, 
	made_by TEXT NOT NULL, 
	about TEXT NOT NULL, 
	returned_at BIGINT, 
	returned TEXT NOT NULL, 
	packed BLOB NOT NULL, 
	CONSTRAINT pk_offline_copy PRIMARY KEY (tracker_id, id), 
	CONSTRAINT fk_offline_copy_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE order_fact (
	tracker_id INTEGER NOT NULL, 
	order_id TEXT NOT NULL, 
	digest BIGINT NOT NULL, 
	facts TEXT NOT NULL, 
	changed_at BIGINT NOT NULL, 
	CONSTRAINT pk_order_fact PRIMARY KEY (tracker_id, order_id), 
	CONSTRAINT fk_order_fact_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE order_memory (
	tracker_id INTEGER NOT NULL, 
	order_id TEXT NOT NULL, 
	status_seen TEXT NOT NULL, 
	status_by TEXT NOT NULL, 
	allocated_source TEXT NOT NULL, 
	picked_source TEXT NOT NULL, 
	packed_source TEXT NOT NULL, 
	dispatched_source TEXT NOT NULL, 
	delivered_source TEXT NOT NULL, 
	moments BLOB NOT NULL, 
	seen_allocated INTEGER NOT NULL, 
	seen_picked INTEGER NOT NULL, 
	seen_packed INTEGER NOT NULL, 
	seen_dispatched INTEGER NOT NULL, 
	seen_delivered INTEGER NOT NULL, 
	cycle INTEGER NOT NULL, 
	written TEXT NOT NULL, 
	confirmed TEXT NOT NULL, 
	CONSTRAINT pk_order_memory PRIMARY KEY (tracker_id, order_id), 
	CONSTRAINT fk_order_memory_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE order_seen (
	tracker_id INTEGER NOT NULL, 
	order_id TEXT NOT NULL, 
	digest BIGINT NOT NULL, 
	cells TEXT NOT NULL, 
	ours TEXT NOT NULL, 
	CONSTRAINT pk_order_seen PRIMARY KEY (tracker_id, order_id), 
	CONSTRAINT fk_order_seen_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	tracker_id INTEGER NOT NULL, 
	pass_id INTEGER NOT NULL, 
	dedupe_key TEXT NOT NULL, 
	message_id TEXT, 
	kind TEXT NOT NULL, 
	audience TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	recipient TEXT NOT NULL, 
	recipient_name TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	context TEXT NOT NULL, 
	members TEXT NOT NULL, 
	level INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	not_before BIGINT, 
	expires_at BIGINT, 
	attempts INTEGER NOT NULL, 
	lease_owner TEXT NOT NULL, 
	lease_until BIGINT, 
	last_error TEXT NOT NULL, 
	transport TEXT NOT NULL, 
	provider_ref TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	changed_at BIGINT NOT NULL, 
	sent_at BIGINT, 
	CONSTRAINT pk_outbox PRIMARY KEY (id), 
	CONSTRAINT fk_outbox_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id), 
	CONSTRAINT uq_outbox_dedupe_key UNIQUE (dedupe_key), 
	CONSTRAINT uq_outbox_message_id UNIQUE (message_id)
);
CREATE TABLE outbox_order (
	outbox_id INTEGER NOT NULL, 
	tracker_id INTEGER NOT NULL, 
	order_id TEXT NOT NULL, 
	CONSTRAINT pk_outbox_order PRIMARY KEY (outbox_id, order_id), 
	CONSTRAINT fk_outbox_order_outbox_id FOREIGN KEY(outbox_id) REFERENCES outbox (id), 
	CONSTRAINT fk_outbox_order_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE pass_log (
	id INTEGER NOT NULL, 
	tracker_id INTEGER NOT NULL, 
	started_at BIGINT NOT NULL, 
	ended_at BIGINT, 
	phase TEXT NOT NULL, 
	baseline BOOLEAN NOT NULL, 
	reads INTEGER NOT NULL, 
	writes INTEGER NOT NULL, 
	changes INTEGER NOT NULL, 
	mails INTEGER NOT NULL, 
	outcome TEXT NOT NULL, 
	error TEXT NOT NULL, 
	rules_hash TEXT NOT NULL, 
	CONSTRAINT pk_pass_log PRIMARY KEY (id), 
	CONSTRAINT fk_pass_log_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE pause (
	id INTEGER NOT NULL, 
	tracker_id INTEGER NOT NULL, 
	pause_key TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	start BIGINT, 
	stop BIGINT, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_pause PRIMARY KEY (id), 
	CONSTRAINT fk_pause_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id), 
	CONSTRAINT uq_pause_tracker_id_pause_key UNIQUE (tracker_id, pause_key)
);
CREATE TABLE rules_set (
	tracker_id INTEGER NOT NULL, 
	hash TEXT NOT NULL, 
	packed TEXT NOT NULL, 
	saved_at BIGINT NOT NULL, 
	CONSTRAINT pk_rules_set PRIMARY KEY (tracker_id, hash), 
	CONSTRAINT fk_rules_set_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE setting (
	tracker_id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_setting PRIMARY KEY (tracker_id, "key")
);
CREATE TABLE stage_event (
	id INTEGER NOT NULL, 
	tracker_id INTEGER NOT NULL, 
	event_key TEXT NOT NULL, 
	pass_id INTEGER NOT NULL, 
	order_id TEXT NOT NULL, 
	field TEXT NOT NULL, 
	old TEXT NOT NULL, 
	new TEXT NOT NULL, 
	at BIGINT, 
	seen_from BIGINT, 
	seen_to BIGINT, 
	source TEXT NOT NULL, 
	CONSTRAINT pk_stage_event PRIMARY KEY (id), 
	CONSTRAINT fk_stage_event_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id), 
	CONSTRAINT uq_stage_event_tracker_id_event_key UNIQUE (tracker_id, event_key)
);
CREATE TABLE suppression (
	tracker_id INTEGER NOT NULL, 
	channel TEXT NOT NULL, 
	address TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_suppression PRIMARY KEY (tracker_id, channel, address), 
	CONSTRAINT fk_suppression_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE TABLE tracker (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	ref TEXT NOT NULL, 
	uuid TEXT NOT NULL, 
	epoch INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	hold_reason TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	rules_hash TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	baseline_at BIGINT, 
	last_pass_at BIGINT, 
	last_ok_at BIGINT, 
	next_change_at BIGINT, 
	fail_count INTEGER NOT NULL, lease_owner TEXT DEFAULT '' NOT NULL, lease_until BIGINT, fence INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_tracker PRIMARY KEY (id), 
	CONSTRAINT uq_tracker_ref UNIQUE (ref), 
	CONSTRAINT uq_tracker_uuid UNIQUE (uuid)
);
CREATE TABLE vendor_asked (
	tracker_id INTEGER NOT NULL, 
	order_id TEXT NOT NULL, 
	asked TEXT NOT NULL, 
	CONSTRAINT pk_vendor_asked PRIMARY KEY (tracker_id, order_id), 
	CONSTRAINT fk_vendor_asked_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id)
);
CREATE INDEX ix_escalation_tracker_id_order_id ON escalation (tracker_id, order_id);
CREATE INDEX ix_outbox_tracker_id_state_not_before ON outbox (tracker_id, state, not_before);
CREATE INDEX ix_pass_log_tracker_id_started_at ON pass_log (tracker_id, started_at);
CREATE INDEX ix_pause_tracker_id_order_id ON pause (tracker_id, order_id);
CREATE INDEX ix_stage_event_tracker_id_order_id ON stage_event (tracker_id, order_id);
CREATE INDEX ix_delivery_event_outbox_id ON delivery_event (outbox_id);
CREATE INDEX ix_outbox_order_tracker_id_order_id ON outbox_order (tracker_id, order_id);
CREATE TRIGGER stage_event_is_kept BEFORE UPDATE ON stage_event  BEGIN SELECT RAISE(ABORT, 'the log of changes and the log of stages only grow; no line is changed or removed'); END;
CREATE TRIGGER stage_event_only_grows BEFORE DELETE ON stage_event  BEGIN SELECT RAISE(ABORT, 'the log of changes and the log of stages only grow; no line is changed or removed'); END;
CREATE INDEX ix_merge_conflict_tracker_id_order_id ON merge_conflict (tracker_id, order_id);
CREATE INDEX ix_feed_file_tracker_id_source_digest ON feed_file (tracker_id, source, digest);
CREATE INDEX ix_feed_row_tracker_id_waits ON feed_row (tracker_id, waits);
CREATE INDEX ix_change_log_pass_id ON change_log (pass_id);
CREATE INDEX ix_change_log_tracker_id_order_id ON change_log (tracker_id, order_id);
CREATE TRIGGER change_log_is_kept BEFORE UPDATE ON change_log WHEN NOT EXISTS (SELECT 1 FROM setting WHERE tracker_id = 0 AND key = 'redacting') OR NEW."id" IS NOT OLD."id" OR NEW."tracker_id" IS NOT OLD."tracker_id" OR NEW."pass_id" IS NOT OLD."pass_id" OR NEW."seen_at" IS NOT OLD."seen_at" OR NEW."seen_from" IS NOT OLD."seen_from" OR NEW."order_id" IS NOT OLD."order_id" OR NEW."column" IS NOT OLD."column" OR NEW."by" IS NOT OLD."by" OR NEW."rule" IS NOT OLD."rule" BEGIN SELECT RAISE(ABORT, 'the log of changes and the log of stages only grow; no line is changed or removed'); END;
CREATE TRIGGER change_log_only_grows BEFORE DELETE ON change_log  BEGIN SELECT RAISE(ABORT, 'the log of changes and the log of stages only grow; no line is changed or removed'); END;
CREATE INDEX ix_follow_up_tracker_id_order_id ON follow_up (tracker_id, order_id);
CREATE INDEX ix_inbound_tracker_id_kind_state ON inbound (tracker_id, kind, state);
COMMIT;
