SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.audit_log_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.api_keys (
    tenant_id character varying(200) NOT NULL,
    key_id character varying(200) NOT NULL,
    digest character varying(64) NOT NULL,
    scopes text NOT NULL,
    label text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint,
    revoked_at bigint,
    previous_digest character varying(64),
    previous_until bigint
);
CREATE TABLE public.audit_log (
    tenant_id character varying(200) NOT NULL,
    entry_id character varying(200) NOT NULL,
    at bigint NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    whose text,
    request_id text,
    place bigint,
    previous character varying(64),
    digest character varying(64)
);
CREATE TABLE public.changes (
    tenant_id character varying(200) NOT NULL,
    number bigint NOT NULL,
    kind text NOT NULL,
    at bigint NOT NULL,
    subject text NOT NULL,
    teacher_id character varying(200)
);
CREATE TABLE public.competencies (
    tenant_id character varying(200) NOT NULL,
    framework text NOT NULL,
    competency text NOT NULL,
    stage text NOT NULL,
    target double precision NOT NULL,
    domain text,
    name_zh text,
    name_en text
);
CREATE TABLE public.courses (
    tenant_id character varying(200) NOT NULL,
    course_id character varying(200) NOT NULL,
    kind text,
    title_zh text,
    title_en text,
    text_zh text,
    text_en text,
    available_from bigint,
    available_until bigint,
    subjects text,
    phases text,
    stages text,
    roles text,
    regions text,
    domain text,
    competencies text,
    themes text,
    obligation text,
    credit_kind text,
    prerequisites text,
    equivalence text,
    contains text,
    repeatable text,
    hours double precision,
    credits double precision,
    mode text,
    tier text,
    line text,
    grade text,
    cost double precision,
    provider_id character varying(200),
    further json
);
CREATE TABLE public.credits (
    tenant_id character varying(200) NOT NULL,
    entry_id character varying(200) NOT NULL,
    teacher_id character varying(200) NOT NULL,
    kind text NOT NULL,
    earned_on date NOT NULL,
    recorded_at bigint,
    amount double precision NOT NULL,
    unit text NOT NULL,
    state text,
    course_id character varying(200),
    offering_id character varying(200),
    activity text,
    tier text,
    mode text,
    credit_kind text,
    themes text,
    authority text,
    evidence text,
    policy_version text
);
CREATE TABLE public.deliveries (
    tenant_id character varying(200) NOT NULL,
    webhook_id character varying(200) NOT NULL,
    delivery_id character varying(200) NOT NULL,
    number bigint NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    made_at bigint NOT NULL,
    due_at bigint NOT NULL,
    outcome text
);
CREATE TABLE public.diagnoses (
    tenant_id character varying(200) NOT NULL,
    teacher_id character varying(200) NOT NULL,
    competency text NOT NULL,
    diagnosed_at bigint NOT NULL,
    level double precision NOT NULL,
    uncertainty double precision,
    framework text,
    instrument text,
    source text
);
CREATE TABLE public.enrolments (
    tenant_id character varying(200) NOT NULL,
    teacher_id character varying(200) NOT NULL,
    offering_id character varying(200) NOT NULL,
    state text NOT NULL,
    decided_at bigint NOT NULL,
    admission_mode text,
    decider text,
    reason text,
    evaluated boolean
);
CREATE TABLE public.evaluations (
    tenant_id character varying(200) NOT NULL,
    evaluation_id character varying(200) NOT NULL,
    offering_id character varying(200) NOT NULL,
    channel text NOT NULL,
    given_on date,
    question text,
    value double precision,
    answers bigint
);
CREATE TABLE public.events (
    tenant_id character varying(200) NOT NULL,
    event_id character varying(200) NOT NULL,
    teacher_id character varying(200) NOT NULL,
    course_id character varying(200) NOT NULL,
    occurred_at bigint NOT NULL,
    kind text,
    offering_id character varying(200),
    recorded_at bigint,
    value double precision,
    result text,
    amount double precision,
    unit text,
    recommendation_id character varying(200),
    given_id boolean NOT NULL
);
CREATE TABLE public.feeds (
    tenant_id character varying(200) NOT NULL,
    last bigint NOT NULL,
    dropped bigint NOT NULL,
    model_version text
);
CREATE TABLE public.impressions (
    tenant_id character varying(200) NOT NULL,
    recommendation_id character varying(200) NOT NULL,
    teacher_id character varying(200) NOT NULL,
    course_id character varying(200) NOT NULL,
    rank bigint NOT NULL,
    shown_at bigint NOT NULL,
    propensity double precision,
    model_version text
);
CREATE TABLE public.launch_keys (
    tenant_id character varying(200) NOT NULL,
    issuer character varying(200) NOT NULL,
    algorithm character varying(16) NOT NULL,
    key_text text NOT NULL
);
CREATE TABLE public.launches (
    tenant_id character varying(200) NOT NULL,
    launch_id character varying(64) NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.links (
    tenant_id character varying(200) NOT NULL,
    link_id character varying(64) NOT NULL,
    teacher_id character varying(200),
    administrator character varying(200),
    organisation_id character varying(200),
    scopes text NOT NULL,
    made_by text NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);
CREATE TABLE public.offering_stages (
    tenant_id character varying(200) NOT NULL,
    offering_id character varying(200) NOT NULL,
    stage bigint NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    mode text,
    hours double precision
);
CREATE TABLE public.offerings (
    tenant_id character varying(200) NOT NULL,
    offering_id character varying(200) NOT NULL,
    course_id character varying(200) NOT NULL,
    published_at bigint,
    apply_from date,
    apply_until date,
    starts_on date,
    ends_on date,
    capacity bigint,
    days_away double precision,
    admission_mode text,
    mode text,
    tier text,
    hours double precision,
    credits double precision,
    cost double precision,
    funding text,
    provider_id character varying(200),
    organisation_id character varying(200),
    url text
);
CREATE TABLE public.organisations (
    tenant_id character varying(200) NOT NULL,
    organisation_id character varying(200) NOT NULL,
    valid_from bigint NOT NULL,
    kind text,
    parent_id character varying(200),
    region text,
    name_zh text,
    name_en text,
    locality text,
    key_county boolean,
    accredited_from date,
    accredited_until date
);
CREATE TABLE public.plans (
    tenant_id character varying(200) NOT NULL,
    plan_id character varying(200) NOT NULL,
    revision integer NOT NULL,
    teacher_id character varying(200) NOT NULL,
    policy text NOT NULL,
    model_version text NOT NULL,
    as_of bigint NOT NULL,
    seed bigint NOT NULL,
    state text NOT NULL,
    made_at bigint NOT NULL,
    body text NOT NULL
);
CREATE TABLE public.pseudonyms (
    tenant_id character varying(200) NOT NULL,
    pseudonym character varying(64) NOT NULL,
    named character varying(200) NOT NULL,
    owner character varying(200) NOT NULL
);
CREATE TABLE public.quotas (
    tenant_id character varying(200) NOT NULL,
    offering_id character varying(200) NOT NULL,
    organisation_id character varying(200) NOT NULL,
    "group" text NOT NULL,
    seats bigint NOT NULL
);
CREATE TABLE public.secrets (
    tenant_id character varying(200) NOT NULL,
    purpose character varying(16) NOT NULL,
    secret_id character varying(16) NOT NULL,
    secret text NOT NULL,
    made_at bigint NOT NULL
);
CREATE TABLE public.senders (
    tenant_id character varying(200) NOT NULL,
    holder text NOT NULL,
    until bigint NOT NULL
);
CREATE TABLE public.sessions (
    tenant_id character varying(200) NOT NULL,
    session_id character varying(64) NOT NULL,
    teacher_id character varying(200),
    administrator character varying(200),
    organisation_id character varying(200),
    scopes text NOT NULL,
    seen_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.teacher_tags (
    tenant_id character varying(200) NOT NULL,
    teacher_id character varying(200) NOT NULL,
    tag character varying(200) NOT NULL,
    value text,
    changed_at bigint NOT NULL
);
CREATE TABLE public.teacher_versions (
    tenant_id character varying(200) NOT NULL,
    teacher_id character varying(200) NOT NULL,
    version bigint NOT NULL
);
CREATE TABLE public.teachers (
    tenant_id character varying(200) NOT NULL,
    teacher_id character varying(200) NOT NULL,
    valid_from bigint NOT NULL,
    career_stage text,
    phase text,
    subjects text,
    title text,
    role text,
    organisation_id character varying(200),
    employed_on date,
    registered_on date,
    years_of_service double precision,
    goals text,
    personalisation boolean,
    locality text,
    key_county boolean,
    leave_code text,
    further json
);
CREATE TABLE public.tenants (
    tenant_id character varying(200) NOT NULL,
    columns_file text NOT NULL,
    catalogue_version bigint NOT NULL
);
CREATE TABLE public.tombstones (
    tenant_id character varying(200) NOT NULL,
    pseudonym character varying(64) NOT NULL,
    erased_at bigint NOT NULL
);
CREATE TABLE public.webhooks (
    tenant_id character varying(200) NOT NULL,
    webhook_id character varying(200) NOT NULL,
    url text NOT NULL,
    kinds text NOT NULL,
    secret text NOT NULL,
    former_secret text,
    former_until bigint,
    made_at bigint NOT NULL,
    taken_up bigint NOT NULL
);
INSERT INTO public.alembic_version VALUES ('0004');
INSERT INTO public.api_keys VALUES ('other', '0123456789abcdef', 'abababababababababababababababababababababababababababababababab', 'platform', '试点', 1767225600000000, NULL, NULL, NULL, NULL);
INSERT INTO public.audit_log VALUES ('other', '00001767225600000000-b7e098d0163e', 1767225600000000, 'local', 'key.create', '0123', NULL, NULL, 1, '0000000000000000000000000000000000000000000000000000000000000000', 'c8cdd00769e91064482aded0acb3abd19732f01c7202248c9257ab3ac05ab537');
INSERT INTO public.competencies VALUES ('default', 'a/b', 'a/b', 'developing', 1e-300, 'a/b', 'x', 'x');
INSERT INTO public.competencies VALUES ('default', '语文', '语文', 'novice', 0.1, '语文', '“引号”
换行', '“引号”
换行');
INSERT INTO public.courses VALUES ('default', 'a', 'course', '“引号”
换行', '“引号”
换行', '“引号”
换行', '“引号”
换行', -2177452799999999, -2177452799999999, '语文;a/b', 'kindergarten;primary', 'novice;developing', 'teacher;principal', 'a;𠮷', '语文', '语文;a/b', '语文;a/b', 'compulsory', '语文', 'a;𠮷', '语文', 'a;𠮷', '语文', 0.5, 0.5, 'face_to_face', 'national', '语文', 'excellent', 0.5, 'a', NULL);
INSERT INTO public.courses VALUES ('default', 'b', 'course', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'elective', NULL, NULL, NULL, NULL, 'never', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.courses VALUES ('default', '𠮷', 'programme', 'x', 'x', 'x', 'x', 7226496000000000, 7226496000000000, '语文', 'kindergarten', 'novice', 'teacher', 'a', 'a/b', '语文', '语文', 'assigned', 'a/b', 'a', 'a/b', 'a', 'a/b', 12.25, 12.25, 'online', 'provincial', 'a/b', 'good', 12.25, '𠮷', NULL);
INSERT INTO public.courses VALUES ('other', 'c1', 'course', '𠮷林方言与普通话', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'elective', NULL, NULL, NULL, NULL, 'never', 0.3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.courses VALUES ('other', 'c2', 'course', '汉字', NULL, NULL, NULL, 1735720200000001, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'elective', NULL, NULL, NULL, 'c1', 'never', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.credits VALUES ('default', 'a', 'a', 'opening', '1901-01-01', -2177452799999999, 0.5, 'hour', 'claimed', 'a', 'a', 'research', 'national', 'face_to_face', '语文', '语文;a/b', '语文', '“引号”
换行', '语文');
INSERT INTO public.credits VALUES ('default', 'b', 'a', 'opening', '1901-01-01', NULL, 0.5, 'hour', 'recognised', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.credits VALUES ('default', '𠮷', '𠮷', 'offering', '2198-12-31', 7226496000000000, 12.25, 'credit', 'verified', '𠮷', '𠮷', 'practice', 'provincial', 'online', 'a/b', '语文', 'a/b', 'x', 'a/b');
INSERT INTO public.diagnoses VALUES ('default', 'a', '语文', -2177452799999999, 0.1, 0.1, '语文', '语文', '语文');
INSERT INTO public.diagnoses VALUES ('default', '𠮷', 'a/b', 7226496000000000, 1e-300, 1e-300, 'a/b', 'a/b', 'a/b');
INSERT INTO public.enrolments VALUES ('default', 'a', 'a', 'wished', -2177452799999999, 'open', '语文', '语文', true);
INSERT INTO public.enrolments VALUES ('default', '𠮷', '𠮷', 'applied', 7226496000000000, 'application', 'a/b', 'a/b', false);
INSERT INTO public.evaluations VALUES ('default', 'a', 'a', 'big_data', '1901-01-01', '语文', 0.1, 1);
INSERT INTO public.evaluations VALUES ('default', 'b', 'a', 'big_data', NULL, NULL, NULL, NULL);
INSERT INTO public.evaluations VALUES ('default', '𠮷', '𠮷', 'anonymous', '2198-12-31', 'a/b', 1e-300, 9007199254740991);
INSERT INTO public.events VALUES ('default', 'a', 'a', 'a', -2177452799999999, 'viewed', 'a', -2177452799999999, 0.1, 'fail', 0.5, 'hour', 'a', false);
INSERT INTO public.events VALUES ('default', 'b', 'a', 'a', -2177452799999999, 'completed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, false);
INSERT INTO public.events VALUES ('default', '𠮷', '𠮷', '𠮷', 7226496000000000, 'saved', '𠮷', 7226496000000000, 1e-300, 'pass', 12.25, 'credit', '𠮷', false);
INSERT INTO public.events VALUES ('other', 'sha256-31fa416ae6efef25cd678ada4b23ec20b307685c', 't2', 'c1', 1759276800000000, 'completed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, true);
INSERT INTO public.events VALUES ('other', 'sha256-be8491ab5289e528a15f263e52bce91c62817443', 't2', 'c1', 1759276800000000, 'completed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, true);
INSERT INTO public.events VALUES ('other', 'e1', 't1', 'c1', 1759276800000000, 'completed', 'o1', NULL, 4.5, NULL, NULL, NULL, NULL, false);
INSERT INTO public.impressions VALUES ('default', 'a', 'a', 'a', 1, -2177452799999999, 0.1, '语文');
INSERT INTO public.impressions VALUES ('default', 'b', 'a', 'a', 1, -2177452799999999, NULL, NULL);
INSERT INTO public.impressions VALUES ('default', '𠮷', '𠮷', '𠮷', 9007199254740991, 7226496000000000, 1e-300, 'a/b');
INSERT INTO public.offering_stages VALUES ('default', 'a', 1, '1901-01-01', '1901-01-01', 'face_to_face', 0.5);
INSERT INTO public.offering_stages VALUES ('default', 'a', 3, '1901-01-01', '1901-01-01', NULL, NULL);
INSERT INTO public.offering_stages VALUES ('default', '𠮷', 9007199254740991, '2198-12-31', '2198-12-31', 'online', 12.25);
INSERT INTO public.offerings VALUES ('default', 'a', 'a', -2177452799999999, '1901-01-01', '1901-01-01', '1901-01-01', '1901-01-01', 1, 0.1, 'open', 'face_to_face', 'national', 0.5, 0.5, 0.5, '语文', 'a', 'a', '“引号”
换行');
INSERT INTO public.offerings VALUES ('default', 'b', 'a', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'open', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.offerings VALUES ('default', '𠮷', '𠮷', 7226496000000000, '2198-12-31', '2198-12-31', '2198-12-31', '2198-12-31', 9007199254740991, 1e-300, 'application', 'online', 'provincial', 12.25, 12.25, 12.25, 'a/b', '𠮷', '𠮷', 'x');
INSERT INTO public.offerings VALUES ('other', 'o1', 'c1', NULL, NULL, NULL, NULL, NULL, 1099511627776, NULL, 'open', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.organisations VALUES ('default', 'a', -2177452799999999, 'nation', 'a', '语文', '“引号”
换行', '“引号”
换行', 'urban', true, '1901-01-01', '1901-01-01');
INSERT INTO public.organisations VALUES ('default', 'b', -9223372036854775808, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.organisations VALUES ('default', '𠮷', 7226496000000000, 'province', '𠮷', 'a/b', 'x', 'x', 'county_town', false, '2198-12-31', '2198-12-31');
INSERT INTO public.plans VALUES ('other', 'p-1', 1, 't1', 'national-2011', 'm', 1767225600000000, 0, 'draft', 1767225600000000, '{"plan": "“引号” \n"}');
INSERT INTO public.quotas VALUES ('default', 'a', 'a', 'all', 1);
INSERT INTO public.quotas VALUES ('default', '𠮷', '𠮷', 'rural', 9007199254740991);
INSERT INTO public.secrets VALUES ('other', 'pseudonym', '1', '931ab6f93fcbedb0192c48fc26d8b3e8199d7a4f796faf9b8e6acd1028134e33', 0);
INSERT INTO public.teachers VALUES ('default', 'a', -2177452799999999, 'novice', 'kindergarten', '语文;a/b', 'third', 'teacher', 'a', '1901-01-01', '1901-01-01', 0.1, '语文;a/b', true, 'urban', true, '语文', NULL);
INSERT INTO public.teachers VALUES ('default', 'b', -9223372036854775808, NULL, NULL, NULL, NULL, 'teacher', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.teachers VALUES ('default', '𠮷', 7226496000000000, 'developing', 'primary', '语文', 'second', 'principal', '𠮷', '2198-12-31', '2198-12-31', 1e-300, '语文', false, 'county_town', false, 'a/b', NULL);
INSERT INTO public.teachers VALUES ('other', 't1', -9223372036854775808, NULL, NULL, '语文;音乐', NULL, 'teacher', NULL, '2019-08-15', NULL, NULL, NULL, NULL, NULL, true, NULL, '{"job": "\u73ed\u4e3b\u4efb", "load": 12.5}');
INSERT INTO public.teachers VALUES ('other', 't1', 1756684800000000, NULL, NULL, '语文', NULL, 'teacher', NULL, NULL, NULL, 0.1, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.teachers VALUES ('other', 't2', 1725148800000000, NULL, NULL, NULL, NULL, 'teacher', NULL, NULL, NULL, 30, NULL, NULL, NULL, false, NULL, '{"job": "\u6559\u7814\u7ec4\u957f", "load": -0.0}');
INSERT INTO public.tenants VALUES ('default', 'zone = "Asia/Shanghai"
', 3);
INSERT INTO public.tenants VALUES ('other', 'zone = "Asia/Urumqi"
[codes]
localities = ["城", "乡"]
[tables.teachers.features]
"job" = "category"
"load" = "number"
', 3);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT pk_api_keys PRIMARY KEY (tenant_id, key_id);
ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT pk_audit_log PRIMARY KEY (tenant_id, entry_id);
ALTER TABLE ONLY public.changes
    ADD CONSTRAINT pk_changes PRIMARY KEY (tenant_id, number);
ALTER TABLE ONLY public.competencies
    ADD CONSTRAINT pk_competencies PRIMARY KEY (tenant_id, framework, competency, stage);
ALTER TABLE ONLY public.courses
    ADD CONSTRAINT pk_courses PRIMARY KEY (tenant_id, course_id);
ALTER TABLE ONLY public.credits
    ADD CONSTRAINT pk_credits PRIMARY KEY (tenant_id, entry_id);
ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT pk_deliveries PRIMARY KEY (tenant_id, webhook_id, delivery_id);
ALTER TABLE ONLY public.diagnoses
    ADD CONSTRAINT pk_diagnoses PRIMARY KEY (tenant_id, teacher_id, competency, diagnosed_at);
ALTER TABLE ONLY public.enrolments
    ADD CONSTRAINT pk_enrolments PRIMARY KEY (tenant_id, teacher_id, offering_id, state, decided_at);
ALTER TABLE ONLY public.evaluations
    ADD CONSTRAINT pk_evaluations PRIMARY KEY (tenant_id, evaluation_id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT pk_events PRIMARY KEY (tenant_id, event_id);
ALTER TABLE ONLY public.feeds
    ADD CONSTRAINT pk_feeds PRIMARY KEY (tenant_id);
ALTER TABLE ONLY public.impressions
    ADD CONSTRAINT pk_impressions PRIMARY KEY (tenant_id, recommendation_id, rank);
ALTER TABLE ONLY public.launch_keys
    ADD CONSTRAINT pk_launch_keys PRIMARY KEY (tenant_id, issuer);
ALTER TABLE ONLY public.launches
    ADD CONSTRAINT pk_launches PRIMARY KEY (tenant_id, launch_id);
ALTER TABLE ONLY public.links
    ADD CONSTRAINT pk_links PRIMARY KEY (tenant_id, link_id);
ALTER TABLE ONLY public.offering_stages
    ADD CONSTRAINT pk_offering_stages PRIMARY KEY (tenant_id, offering_id, stage);
ALTER TABLE ONLY public.offerings
    ADD CONSTRAINT pk_offerings PRIMARY KEY (tenant_id, offering_id);
ALTER TABLE ONLY public.organisations
    ADD CONSTRAINT pk_organisations PRIMARY KEY (tenant_id, organisation_id, valid_from);
ALTER TABLE ONLY public.plans
    ADD CONSTRAINT pk_plans PRIMARY KEY (tenant_id, plan_id, revision);
ALTER TABLE ONLY public.pseudonyms
    ADD CONSTRAINT pk_pseudonyms PRIMARY KEY (tenant_id, pseudonym);
ALTER TABLE ONLY public.quotas
    ADD CONSTRAINT pk_quotas PRIMARY KEY (tenant_id, offering_id, organisation_id, "group");
ALTER TABLE ONLY public.secrets
    ADD CONSTRAINT pk_secrets PRIMARY KEY (tenant_id, purpose, secret_id);
ALTER TABLE ONLY public.senders
    ADD CONSTRAINT pk_senders PRIMARY KEY (tenant_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT pk_sessions PRIMARY KEY (tenant_id, session_id);
ALTER TABLE ONLY public.teacher_tags
    ADD CONSTRAINT pk_teacher_tags PRIMARY KEY (tenant_id, teacher_id, tag);
ALTER TABLE ONLY public.teacher_versions
    ADD CONSTRAINT pk_teacher_versions PRIMARY KEY (tenant_id, teacher_id);
ALTER TABLE ONLY public.teachers
    ADD CONSTRAINT pk_teachers PRIMARY KEY (tenant_id, teacher_id, valid_from);
ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT pk_tenants PRIMARY KEY (tenant_id);
ALTER TABLE ONLY public.tombstones
    ADD CONSTRAINT pk_tombstones PRIMARY KEY (tenant_id, pseudonym);
ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT pk_webhooks PRIMARY KEY (tenant_id, webhook_id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT uq_api_keys_key_id UNIQUE (key_id);
ALTER TABLE ONLY public.launch_keys
    ADD CONSTRAINT uq_launch_keys_issuer UNIQUE (issuer);
ALTER TABLE ONLY public.links
    ADD CONSTRAINT uq_links_link_id UNIQUE (link_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT uq_sessions_session_id UNIQUE (session_id);
CREATE UNIQUE INDEX ix_audit_log_tenant_id_place ON public.audit_log USING btree (tenant_id, place);
CREATE INDEX ix_changes_tenant_id_teacher_id ON public.changes USING btree (tenant_id, teacher_id);
CREATE INDEX ix_credits_tenant_id_teacher_id ON public.credits USING btree (tenant_id, teacher_id);
CREATE INDEX ix_deliveries_state_due_at ON public.deliveries USING btree (state, due_at);
CREATE INDEX ix_events_tenant_id_teacher_id_occurred_at ON public.events USING btree (tenant_id, teacher_id, occurred_at);
CREATE INDEX ix_impressions_tenant_id_teacher_id ON public.impressions USING btree (tenant_id, teacher_id);
CREATE INDEX ix_links_tenant_id_teacher_id ON public.links USING btree (tenant_id, teacher_id);
CREATE INDEX ix_plans_tenant_id_teacher_id ON public.plans USING btree (tenant_id, teacher_id);
CREATE INDEX ix_pseudonyms_tenant_id_owner ON public.pseudonyms USING btree (tenant_id, owner);
CREATE INDEX ix_sessions_tenant_id_teacher_id ON public.sessions USING btree (tenant_id, teacher_id);
CREATE TRIGGER audit_log_is_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION public.audit_log_is_kept();
ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT fk_deliveries_tenant_id_webhook_id_webhooks FOREIGN KEY (tenant_id, webhook_id) REFERENCES public.webhooks(tenant_id, webhook_id);
ALTER TABLE ONLY public.enrolments
    ADD CONSTRAINT fk_enrolments_tenant_id_offering_id FOREIGN KEY (tenant_id, offering_id) REFERENCES public.offerings(tenant_id, offering_id);
ALTER TABLE ONLY public.evaluations
    ADD CONSTRAINT fk_evaluations_tenant_id_offering_id FOREIGN KEY (tenant_id, offering_id) REFERENCES public.offerings(tenant_id, offering_id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT fk_events_tenant_id_course_id FOREIGN KEY (tenant_id, course_id) REFERENCES public.courses(tenant_id, course_id);
ALTER TABLE ONLY public.impressions
    ADD CONSTRAINT fk_impressions_tenant_id_course_id FOREIGN KEY (tenant_id, course_id) REFERENCES public.courses(tenant_id, course_id);
ALTER TABLE ONLY public.offering_stages
    ADD CONSTRAINT fk_offering_stages_tenant_id_offering_id FOREIGN KEY (tenant_id, offering_id) REFERENCES public.offerings(tenant_id, offering_id);
ALTER TABLE ONLY public.offerings
    ADD CONSTRAINT fk_offerings_tenant_id_course_id FOREIGN KEY (tenant_id, course_id) REFERENCES public.courses(tenant_id, course_id);
ALTER TABLE ONLY public.quotas
    ADD CONSTRAINT fk_quotas_tenant_id_offering_id FOREIGN KEY (tenant_id, offering_id) REFERENCES public.offerings(tenant_id, offering_id);
