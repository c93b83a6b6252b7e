BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE api_keys (
	tenant_id VARCHAR(200) NOT NULL, 
	key_id VARCHAR(200) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	scopes TEXT NOT NULL, 
	label TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	expires_at BIGINT, 
	revoked_at BIGINT, previous_digest VARCHAR(64), previous_until BIGINT, 
	CONSTRAINT pk_api_keys PRIMARY KEY (tenant_id, key_id), 
	CONSTRAINT uq_api_keys_key_id UNIQUE (key_id)
);
INSERT INTO "api_keys" VALUES('other','0123456789abcdef','abababababababababababababababababababababababababababababababab','platform','试点',1767225600000000,NULL,NULL,NULL,NULL);
CREATE TABLE audit_log (
	tenant_id VARCHAR(200) NOT NULL, 
	entry_id VARCHAR(200) NOT NULL, 
	at BIGINT NOT NULL, 
	actor TEXT NOT NULL, 
	action TEXT NOT NULL, 
	subject TEXT NOT NULL, whose TEXT, request_id TEXT, place BIGINT, previous VARCHAR(64), digest VARCHAR(64), 
	CONSTRAINT pk_audit_log PRIMARY KEY (tenant_id, entry_id)
);
INSERT INTO "audit_log" VALUES('other','00001767225600000000-9be8e5465553',1767225600000000,'local','key.create','0123',NULL,NULL,1,'0000000000000000000000000000000000000000000000000000000000000000','e99799da63ed290edee3a12d36a678cf51041abd4e1ff3708f66518bf2d52dc3');
CREATE TABLE competencies (
	tenant_id VARCHAR(200) NOT NULL, 
	framework TEXT NOT NULL, 
	competency TEXT NOT NULL, 
	stage TEXT NOT NULL, 
	target DOUBLE NOT NULL, 
	domain TEXT, 
	name_zh TEXT, 
	name_en TEXT, 
	CONSTRAINT pk_competencies PRIMARY KEY (tenant_id, framework, competency, stage)
);
INSERT INTO "competencies" VALUES('default','a/b','a/b','developing',1.0e-300,'a/b','x','x');
INSERT INTO "competencies" VALUES('default','语文','语文','novice',0.1,'语文','“引号”
换行','“引号”
换行');
CREATE TABLE courses (
	tenant_id VARCHAR(200) NOT NULL, 
	course_id VARCHAR(200) NOT NULL, 
	kind TEXT, 
	title_zh TEXT, 
	title_en TEXT, 
	text_zh TEXT, 
	text_en TEXT, 
	available_from BIGINT, 
	available_until BIGINT, 
	subjects TEXT, 
	phases TEXT, 
	stages TEXT, 
	roles TEXT, 
	regions TEXT, 
	domain TEXT, 
	competencies TEXT, 
	themes TEXT, 
	obligation TEXT, 
	credit_kind TEXT, 
	prerequisites TEXT, 
	equivalence TEXT, 
	contains TEXT, 
	repeatable TEXT, 
	hours DOUBLE, 
	credits DOUBLE, 
	mode TEXT, 
	tier TEXT, 
	line TEXT, 
	grade TEXT, 
	cost DOUBLE, 
	provider_id VARCHAR(200), 
	further JSON, 
	CONSTRAINT pk_courses PRIMARY KEY (tenant_id, course_id)
);
INSERT INTO "courses" VALUES('default','a','course','“引号”
换行','“引号”
换行','“引号”
换行','“引号”
换行',-2177452799999999,-2177452799999999,'语文;a/b','kindergarten;primary','novice;developing','teacher;principal','a;𠮷','语文','语文;a/b','语文;a/b','compulsory','语文','a;𠮷','语文','a;𠮷','语文',0.5,0.5,'face_to_face','national','语文','excellent',0.5,'a',NULL);
INSERT INTO "courses" VALUES('default','b','course',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'elective',NULL,NULL,NULL,NULL,'never',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "courses" VALUES('default','𠮷','programme','x','x','x','x',7226496000000000,7226496000000000,'语文','kindergarten','novice','teacher','a','a/b','语文','语文','assigned','a/b','a','a/b','a','a/b',12.25,12.25,'online','provincial','a/b','good',12.25,'𠮷',NULL);
INSERT INTO "courses" VALUES('other','c1','course','𠮷林方言与普通话',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'elective',NULL,NULL,NULL,NULL,'never',0.3,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "courses" VALUES('other','c2','course','汉字',NULL,NULL,NULL,1735720200000001,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'elective',NULL,NULL,NULL,'c1','never',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE credits (
	tenant_id VARCHAR(200) NOT NULL, 
	entry_id VARCHAR(200) NOT NULL, 
	teacher_id VARCHAR(200) NOT NULL, 
	kind TEXT NOT NULL, 
	earned_on DATE NOT NULL, 
	recorded_at BIGINT, 
	amount DOUBLE NOT NULL, 
	unit TEXT NOT NULL, 
	state TEXT, 
	course_id VARCHAR(200), 
	offering_id VARCHAR(200), 
	activity TEXT, 
	tier TEXT, 
	mode TEXT, 
	credit_kind TEXT, 
	themes TEXT, 
	authority TEXT, 
	evidence TEXT, 
	policy_version TEXT, 
	CONSTRAINT pk_credits PRIMARY KEY (tenant_id, entry_id)
);
INSERT INTO "credits" VALUES('default','a','a','opening','1901-01-01',-2177452799999999,0.5,'hour','claimed','a','a','research','national','face_to_face','语文','语文;a/b','语文','“引号”
换行','语文');
INSERT INTO "credits" VALUES('default','b','a','opening','1901-01-01',NULL,0.5,'hour','recognised',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "credits" VALUES('default','𠮷','𠮷','offering','2198-12-31',7226496000000000,12.25,'credit','verified','𠮷','𠮷','practice','provincial','online','a/b','语文','a/b','x','a/b');
CREATE TABLE diagnoses (
	tenant_id VARCHAR(200) NOT NULL, 
	teacher_id VARCHAR(200) NOT NULL, 
	competency TEXT NOT NULL, 
	diagnosed_at BIGINT NOT NULL, 
	level DOUBLE NOT NULL, 
	uncertainty DOUBLE, 
	framework TEXT, 
	instrument TEXT, 
	source TEXT, 
	CONSTRAINT pk_diagnoses PRIMARY KEY (tenant_id, teacher_id, competency, diagnosed_at)
);
INSERT INTO "diagnoses" VALUES('default','a','语文',-2177452799999999,0.1,0.1,'语文','语文','语文');
INSERT INTO "diagnoses" VALUES('default','𠮷','a/b',7226496000000000,1.0e-300,1.0e-300,'a/b','a/b','a/b');
CREATE TABLE enrolments (
	tenant_id VARCHAR(200) NOT NULL, 
	teacher_id VARCHAR(200) NOT NULL, 
	offering_id VARCHAR(200) NOT NULL, 
	state TEXT NOT NULL, 
	decided_at BIGINT NOT NULL, 
	admission_mode TEXT, 
	decider TEXT, 
	reason TEXT, 
	evaluated BOOLEAN, 
	CONSTRAINT pk_enrolments PRIMARY KEY (tenant_id, teacher_id, offering_id, state, decided_at), 
	CONSTRAINT fk_enrolments_tenant_id_offering_id FOREIGN KEY(tenant_id, offering_id) REFERENCES offerings (tenant_id, offering_id)
);
INSERT INTO "enrolments" VALUES('default','a','a','wished',-2177452799999999,'open','语文','语文',1);
INSERT INTO "enrolments" VALUES('default','𠮷','𠮷','applied',7226496000000000,'application','a/b','a/b',0);
CREATE TABLE evaluations (
	tenant_id VARCHAR(200) NOT NULL, 
	evaluation_id VARCHAR(200) NOT NULL, 
	offering_id VARCHAR(200) NOT NULL, 
	channel TEXT NOT NULL, 
	given_on DATE, 
	question TEXT, 
	value DOUBLE, 
	answers BIGINT, 
	CONSTRAINT pk_evaluations PRIMARY KEY (tenant_id, evaluation_id), 
	CONSTRAINT fk_evaluations_tenant_id_offering_id FOREIGN KEY(tenant_id, offering_id) REFERENCES offerings (tenant_id, offering_id)
);
INSERT INTO "evaluations" VALUES('default','a','a','big_data','1901-01-01','语文',0.1,1);
INSERT INTO "evaluations" VALUES('default','b','a','big_data',NULL,NULL,NULL,NULL);
INSERT INTO "evaluations" VALUES('default','𠮷','𠮷','anonymous','2198-12-31','a/b',1.0e-300,9007199254740991);
CREATE TABLE events (
	tenant_id VARCHAR(200) NOT NULL, 
	event_id VARCHAR(200) NOT NULL, 
	teacher_id VARCHAR(200) NOT NULL, 
	course_id VARCHAR(200) NOT NULL, 
	occurred_at BIGINT NOT NULL, 
	kind TEXT, 
	offering_id VARCHAR(200), 
	recorded_at BIGINT, 
	value DOUBLE, 
	result TEXT, 
	amount DOUBLE, 
	unit TEXT, 
	recommendation_id VARCHAR(200), 
	given_id BOOLEAN NOT NULL, 
	CONSTRAINT pk_events PRIMARY KEY (tenant_id, event_id), 
	CONSTRAINT fk_events_tenant_id_course_id FOREIGN KEY(tenant_id, course_id) REFERENCES courses (tenant_id, course_id)
);
INSERT INTO "events" VALUES('default','a','a','a',-2177452799999999,'viewed','a',-2177452799999999,0.1,'fail',0.5,'hour','a',0);
INSERT INTO "events" VALUES('default','b','a','a',-2177452799999999,'completed',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "events" VALUES('default','𠮷','𠮷','𠮷',7226496000000000,'saved','𠮷',7226496000000000,1.0e-300,'pass',12.25,'credit','𠮷',0);
INSERT INTO "events" VALUES('other','sha256-31fa416ae6efef25cd678ada4b23ec20b307685c','t2','c1',1759276800000000,'completed',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "events" VALUES('other','sha256-be8491ab5289e528a15f263e52bce91c62817443','t2','c1',1759276800000000,'completed',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "events" VALUES('other','e1','t1','c1',1759276800000000,'completed','o1',NULL,4.5,NULL,NULL,NULL,NULL,0);
CREATE TABLE impressions (
	tenant_id VARCHAR(200) NOT NULL, 
	recommendation_id VARCHAR(200) NOT NULL, 
	teacher_id VARCHAR(200) NOT NULL, 
	course_id VARCHAR(200) NOT NULL, 
	rank BIGINT NOT NULL, 
	shown_at BIGINT NOT NULL, 
	propensity DOUBLE, 
	model_version TEXT, 
	CONSTRAINT pk_impressions PRIMARY KEY (tenant_id, recommendation_id, rank), 
	CONSTRAINT fk_impressions_tenant_id_course_id FOREIGN KEY(tenant_id, course_id) REFERENCES courses (tenant_id, course_id)
);
INSERT INTO "impressions" VALUES('default','a','a','a',1,-2177452799999999,0.1,'语文');
INSERT INTO "impressions" VALUES('default','b','a','a',1,-2177452799999999,NULL,NULL);
INSERT INTO "impressions" VALUES('default','𠮷','𠮷','𠮷',9007199254740991,7226496000000000,1.0e-300,'a/b');
CREATE TABLE launch_keys (
	tenant_id VARCHAR(200) NOT NULL, 
	issuer VARCHAR(200) NOT NULL, 
	algorithm VARCHAR(16) NOT NULL, 
	key_text TEXT NOT NULL, 
	CONSTRAINT pk_launch_keys PRIMARY KEY (tenant_id, issuer), 
	CONSTRAINT uq_launch_keys_issuer UNIQUE (issuer)
);
CREATE TABLE launches (
	tenant_id VARCHAR(200) NOT NULL, 
	launch_id VARCHAR(64) NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_launches PRIMARY KEY (tenant_id, launch_id)
);
CREATE TABLE links (
	tenant_id VARCHAR(200) NOT NULL, 
	link_id VARCHAR(64) NOT NULL, 
	teacher_id VARCHAR(200), 
	administrator VARCHAR(200), 
	organisation_id VARCHAR(200), 
	scopes TEXT NOT NULL, 
	made_by TEXT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	used_at BIGINT, 
	CONSTRAINT pk_links PRIMARY KEY (tenant_id, link_id), 
	CONSTRAINT uq_links_link_id UNIQUE (link_id)
);
CREATE TABLE offering_stages (
	tenant_id VARCHAR(200) NOT NULL, 
	offering_id VARCHAR(200) NOT NULL, 
	stage BIGINT NOT NULL, 
	starts_on DATE NOT NULL, 
	ends_on DATE NOT NULL, 
	mode TEXT, 
	hours DOUBLE, 
	CONSTRAINT pk_offering_stages PRIMARY KEY (tenant_id, offering_id, stage), 
	CONSTRAINT fk_offering_stages_tenant_id_offering_id FOREIGN KEY(tenant_id, offering_id) REFERENCES offerings (tenant_id, offering_id)
);
INSERT INTO "offering_stages" VALUES('default','a',1,'1901-01-01','1901-01-01','face_to_face',0.5);
INSERT INTO "offering_stages" VALUES('default','a',3,'1901-01-01','1901-01-01',NULL,NULL);
INSERT INTO "offering_stages" VALUES('default','𠮷',9007199254740991,'2198-12-31','2198-12-31','online',12.25);
CREATE TABLE offerings (
	tenant_id VARCHAR(200) NOT NULL, 
	offering_id VARCHAR(200) NOT NULL, 
	course_id VARCHAR(200) NOT NULL, 
	published_at BIGINT, 
	apply_from DATE, 
	apply_until DATE, 
	starts_on DATE, 
	ends_on DATE, 
	capacity BIGINT, 
	days_away DOUBLE, 
	admission_mode TEXT, 
	mode TEXT, 
	tier TEXT, 
	hours DOUBLE, 
	credits DOUBLE, 
	cost DOUBLE, 
	funding TEXT, 
	provider_id VARCHAR(200), 
	organisation_id VARCHAR(200), 
	url TEXT, 
	CONSTRAINT pk_offerings PRIMARY KEY (tenant_id, offering_id), 
	CONSTRAINT fk_offerings_tenant_id_course_id FOREIGN KEY(tenant_id, course_id) REFERENCES courses (tenant_id, course_id)
);
INSERT INTO "offerings" VALUES('default','a','a',-2177452799999999,'1901-01-01','1901-01-01','1901-01-01','1901-01-01',1,0.1,'open','face_to_face','national',0.5,0.5,0.5,'语文','a','a','“引号”
换行');
INSERT INTO "offerings" VALUES('default','b','a',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'open',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "offerings" VALUES('default','𠮷','𠮷',7226496000000000,'2198-12-31','2198-12-31','2198-12-31','2198-12-31',9007199254740991,1.0e-300,'application','online','provincial',12.25,12.25,12.25,'a/b','𠮷','𠮷','x');
INSERT INTO "offerings" VALUES('other','o1','c1',NULL,NULL,NULL,NULL,NULL,1099511627776,NULL,'open',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE organisations (
	tenant_id VARCHAR(200) NOT NULL, 
	organisation_id VARCHAR(200) NOT NULL, 
	valid_from BIGINT NOT NULL, 
	kind TEXT, 
	parent_id VARCHAR(200), 
	region TEXT, 
	name_zh TEXT, 
	name_en TEXT, 
	locality TEXT, 
	key_county BOOLEAN, 
	accredited_from DATE, 
	accredited_until DATE, 
	CONSTRAINT pk_organisations PRIMARY KEY (tenant_id, organisation_id, valid_from)
);
INSERT INTO "organisations" VALUES('default','a',-2177452799999999,'nation','a','语文','“引号”
换行','“引号”
换行','urban',1,'1901-01-01','1901-01-01');
INSERT INTO "organisations" VALUES('default','b',-9223372036854775808,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "organisations" VALUES('default','𠮷',7226496000000000,'province','𠮷','a/b','x','x','county_town',0,'2198-12-31','2198-12-31');
CREATE TABLE plans (
	tenant_id VARCHAR(200) NOT NULL, 
	plan_id VARCHAR(200) NOT NULL, 
	revision INTEGER NOT NULL, 
	teacher_id VARCHAR(200) NOT NULL, 
	policy TEXT NOT NULL, 
	model_version TEXT NOT NULL, 
	as_of BIGINT NOT NULL, 
	seed BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	made_at BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_plans PRIMARY KEY (tenant_id, plan_id, revision)
);
INSERT INTO "plans" VALUES('other','p-1',1,'t1','national-2011','m',1767225600000000,0,'draft',1767225600000000,'{"plan": "“引号” \n"}');
CREATE TABLE pseudonyms (
	tenant_id VARCHAR(200) NOT NULL, 
	pseudonym VARCHAR(64) NOT NULL, 
	named VARCHAR(200) NOT NULL, 
	owner VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_pseudonyms PRIMARY KEY (tenant_id, pseudonym)
);
CREATE TABLE quotas (
	tenant_id VARCHAR(200) NOT NULL, 
	offering_id VARCHAR(200) NOT NULL, 
	organisation_id VARCHAR(200) NOT NULL, 
	"group" TEXT NOT NULL, 
	seats BIGINT NOT NULL, 
	CONSTRAINT pk_quotas PRIMARY KEY (tenant_id, offering_id, organisation_id, "group"), 
	CONSTRAINT fk_quotas_tenant_id_offering_id FOREIGN KEY(tenant_id, offering_id) REFERENCES offerings (tenant_id, offering_id)
);
INSERT INTO "quotas" VALUES('default','a','a','all',1);
INSERT INTO "quotas" VALUES('default','𠮷','𠮷','rural',9007199254740991);
CREATE TABLE secrets (
	tenant_id VARCHAR(200) NOT NULL, 
	purpose VARCHAR(16) NOT NULL, 
	secret_id VARCHAR(16) NOT NULL, 
	secret TEXT NOT NULL, 
	made_at BIGINT NOT NULL, 
	CONSTRAINT pk_secrets PRIMARY KEY (tenant_id, purpose, secret_id)
);
INSERT INTO "secrets" VALUES('other','pseudonym','1','657d174feca1a4a6401081bdb40e4c78b479d9b88016c92b19c12e3620563de8',0);
CREATE TABLE sessions (
	tenant_id VARCHAR(200) NOT NULL, 
	session_id VARCHAR(64) NOT NULL, 
	teacher_id VARCHAR(200), 
	administrator VARCHAR(200), 
	organisation_id VARCHAR(200), 
	scopes TEXT NOT NULL, 
	seen_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (tenant_id, session_id), 
	CONSTRAINT uq_sessions_session_id UNIQUE (session_id)
);
CREATE TABLE teacher_tags (
	tenant_id VARCHAR(200) NOT NULL, 
	teacher_id VARCHAR(200) NOT NULL, 
	tag VARCHAR(200) NOT NULL, 
	value TEXT, 
	changed_at BIGINT NOT NULL, 
	CONSTRAINT pk_teacher_tags PRIMARY KEY (tenant_id, teacher_id, tag)
);
CREATE TABLE teacher_versions (
	tenant_id VARCHAR(200) NOT NULL, 
	teacher_id VARCHAR(200) NOT NULL, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_teacher_versions PRIMARY KEY (tenant_id, teacher_id)
);
CREATE TABLE teachers (
	tenant_id VARCHAR(200) NOT NULL, 
	teacher_id VARCHAR(200) NOT NULL, 
	valid_from BIGINT NOT NULL, 
	career_stage TEXT, 
	phase TEXT, 
	subjects TEXT, 
	title TEXT, 
	role TEXT, 
	organisation_id VARCHAR(200), 
	employed_on DATE, 
	registered_on DATE, 
	years_of_service DOUBLE, 
	goals TEXT, 
	personalisation BOOLEAN, 
	locality TEXT, 
	key_county BOOLEAN, 
	leave_code TEXT, 
	further JSON, 
	CONSTRAINT pk_teachers PRIMARY KEY (tenant_id, teacher_id, valid_from)
);
INSERT INTO "teachers" VALUES('default','a',-2177452799999999,'novice','kindergarten','语文;a/b','third','teacher','a','1901-01-01','1901-01-01',0.1,'语文;a/b',1,'urban',1,'语文',NULL);
INSERT INTO "teachers" VALUES('default','b',-9223372036854775808,NULL,NULL,NULL,NULL,'teacher',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "teachers" VALUES('default','𠮷',7226496000000000,'developing','primary','语文','second','principal','𠮷','2198-12-31','2198-12-31',1.0e-300,'语文',0,'county_town',0,'a/b',NULL);
INSERT INTO "teachers" VALUES('other','t1',-9223372036854775808,NULL,NULL,'语文;音乐',NULL,'teacher',NULL,'2019-08-15',NULL,NULL,NULL,NULL,NULL,1,NULL,'{"job": "\u73ed\u4e3b\u4efb", "load": 12.5}');
INSERT INTO "teachers" VALUES('other','t1',1756684800000000,NULL,NULL,'语文',NULL,'teacher',NULL,NULL,NULL,0.1,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "teachers" VALUES('other','t2',1725148800000000,NULL,NULL,NULL,NULL,'teacher',NULL,NULL,NULL,30.0,NULL,NULL,NULL,0,NULL,'{"job": "\u6559\u7814\u7ec4\u957f", "load": -0.0}');
CREATE TABLE tenants (
	tenant_id VARCHAR(200) NOT NULL, 
	columns_file TEXT NOT NULL, 
	catalogue_version BIGINT NOT NULL, 
	CONSTRAINT pk_tenants PRIMARY KEY (tenant_id)
);
INSERT INTO "tenants" VALUES('default','zone = "Asia/Shanghai"
',3);
INSERT INTO "tenants" VALUES('other','zone = "Asia/Urumqi"

[codes]
localities = ["城", "乡"]

[tables.teachers.features]
"job" = "category"
"load" = "number"
',3);
CREATE TABLE tombstones (
	tenant_id VARCHAR(200) NOT NULL, 
	pseudonym VARCHAR(64) NOT NULL, 
	erased_at BIGINT NOT NULL, 
	CONSTRAINT pk_tombstones PRIMARY KEY (tenant_id, pseudonym)
);
CREATE INDEX ix_credits_tenant_id_teacher_id ON credits (tenant_id, teacher_id);
CREATE INDEX ix_plans_tenant_id_teacher_id ON plans (tenant_id, teacher_id);
CREATE INDEX ix_events_tenant_id_teacher_id_occurred_at ON events (tenant_id, teacher_id, occurred_at);
CREATE INDEX ix_impressions_tenant_id_teacher_id ON impressions (tenant_id, teacher_id);
CREATE UNIQUE INDEX ix_audit_log_tenant_id_place ON audit_log (tenant_id, place);
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE INDEX ix_links_tenant_id_teacher_id ON links (tenant_id, teacher_id);
CREATE INDEX ix_sessions_tenant_id_teacher_id ON sessions (tenant_id, teacher_id);
CREATE INDEX ix_pseudonyms_tenant_id_owner ON pseudonyms (tenant_id, owner);
COMMIT;
