using Microsoft.EntityFrameworkCore;

namespace Platform.Agents.Storage;

/// <summary>What makes older tables of this room those of today, by the version that each step leads to.</summary>
internal static class TableSteps
{
    public static IReadOnlyDictionary<int, Func<DbContext, CancellationToken, Task>> All { get; } = new Dictionary<int, Func<DbContext, CancellationToken, Task>>
    {
        [2] = AddVersionsAsync,
        [3] = AddLeasesAsync,
        [4] = AddDefinitionsAsync,
        [5] = AddAgentRunsAsync,
        [6] = AddMemoriesAsync,
        [7] = AddPromptsAndSettingsAsync,
        [8] = AddOriginsAsync,
        [9] = AddSubjectsAsync,
        [10] = AddTestsAsync,
        [11] = AddSchedulesAsync,
        [12] = AddStopsAndVectorsAsync,
        [13] = AddApprovedArgumentsAsync,
        [14] = AddWorkAsync,
    };

    // Until then a conversation was one line: each message follows the one before it, and the last is shown.
    private static async Task AddVersionsAsync(DbContext room, CancellationToken cancellation)
    {
        foreach (var sql in room.Database.IsSqlite() ? (string[])[ParentInSqlite, EndInSqlite] : [ParentInPostgres, EndInPostgres])
            await room.Database.ExecuteSqlRawAsync(sql, cancellation);
        await room.Database.ExecuteSqlRawAsync(
            """
            UPDATE agents_messages SET "ParentId" = (SELECT before."Id" FROM agents_messages AS before
                WHERE before."ConversationId" = agents_messages."ConversationId" AND before."Ordinal" < agents_messages."Ordinal" ORDER BY before."Ordinal" DESC LIMIT 1)
            """, cancellation);
        await room.Database.ExecuteSqlRawAsync(
            """
            UPDATE agents_conversations SET "EndId" = (SELECT newest."Id" FROM agents_messages AS newest
                WHERE newest."ConversationId" = agents_conversations."Id" ORDER BY newest."Ordinal" DESC LIMIT 1)
            """, cancellation);
    }

    // Runs of before have no lease, and so are nobody's.
    private static async Task AddLeasesAsync(DbContext room, CancellationToken cancellation)
    {
        await room.Database.ExecuteSqlRawAsync("""ALTER TABLE agents_runs ADD COLUMN "Lease" text NULL""", cancellation);
        await room.Database.ExecuteSqlRawAsync("""ALTER TABLE agents_runs ADD COLUMN "LeaseUntil" bigint NOT NULL DEFAULT 0""", cancellation);
    }

    private static async Task AddDefinitionsAsync(DbContext room, CancellationToken cancellation)
    {
        var id = room.Database.IsSqlite() ? "TEXT" : "uuid";
        await RunAsync(room, cancellation,
            $"""
            CREATE TABLE agents_definitions ("Id" {id} NOT NULL CONSTRAINT "PK_agents_definitions" PRIMARY KEY, "OwnerId" text NOT NULL, "Slug" text NOT NULL, "Visibility" integer NOT NULL,
                "Draft" text NOT NULL, "PublishedVersion" integer NULL, "Revision" integer NOT NULL, "CreatedAt" bigint NOT NULL, "UpdatedAt" bigint NOT NULL)
            """,
            """CREATE UNIQUE INDEX "IX_agents_definitions_Slug" ON agents_definitions ("Slug")""",
            $"""
            CREATE TABLE agents_definition_versions ("AgentId" {id} NOT NULL, "Number" integer NOT NULL, "Definition" text NOT NULL, "Note" text NOT NULL, "PublishedBy" text NOT NULL, "PublishedAt" bigint NOT NULL,
                CONSTRAINT "PK_agents_definition_versions" PRIMARY KEY ("AgentId", "Number"),
                CONSTRAINT "FK_agents_definition_versions_agents_definitions_AgentId" FOREIGN KEY ("AgentId") REFERENCES agents_definitions ("Id") ON DELETE CASCADE)
            """);
    }

    // Runs of before are answers without an agent.
    private static Task AddAgentRunsAsync(DbContext room, CancellationToken cancellation)
    {
        var id = room.Database.IsSqlite() ? "TEXT" : "uuid";
        return RunAsync(room, cancellation,
            $"""ALTER TABLE agents_runs ADD COLUMN "AgentId" {id} NULL""",
            """ALTER TABLE agents_runs ADD COLUMN "AgentVersion" integer NULL""",
            """ALTER TABLE agents_runs ADD COLUMN "Agent" text NULL""",
            """ALTER TABLE agents_runs ADD COLUMN "StopReason" text NULL""",
            $"""
            CREATE TABLE agents_approvals ("Id" {id} NOT NULL CONSTRAINT "PK_agents_approvals" PRIMARY KEY, "RunId" {id} NOT NULL, "OwnerId" text NOT NULL, "Agent" text NOT NULL, "CallId" text NOT NULL,
                "Tool" text NOT NULL, "Arguments" text NOT NULL, "Effects" text NOT NULL, "Status" integer NOT NULL, "CreatedAt" bigint NOT NULL, "ExpiresAt" bigint NOT NULL,
                "DecidedAt" bigint NULL, "DecidedBy" text NULL, "Comment" text NULL,
                CONSTRAINT "FK_agents_approvals_agents_runs_RunId" FOREIGN KEY ("RunId") REFERENCES agents_runs ("Id") ON DELETE CASCADE)
            """,
            """CREATE INDEX "IX_agents_approvals_OwnerId_Status" ON agents_approvals ("OwnerId", "Status")""",
            """CREATE INDEX "IX_agents_approvals_Run" ON agents_approvals ("RunId")""");
    }

    private static Task AddMemoriesAsync(DbContext room, CancellationToken cancellation)
    {
        var id = room.Database.IsSqlite() ? "TEXT" : "uuid";
        var truth = room.Database.IsSqlite() ? "INTEGER" : "boolean";
        return RunAsync(room, cancellation,
            $"""
            CREATE TABLE agents_memories ("Id" {id} NOT NULL CONSTRAINT "PK_agents_memories" PRIMARY KEY, "AgentId" {id} NOT NULL, "OwnerId" text NOT NULL, "Shared" {truth} NOT NULL,
                "Text" text NOT NULL, "UpdatedAt" bigint NOT NULL,
                CONSTRAINT "FK_agents_memories_agents_definitions_AgentId" FOREIGN KEY ("AgentId") REFERENCES agents_definitions ("Id") ON DELETE CASCADE)
            """,
            """CREATE INDEX "IX_agents_memories_AgentId_OwnerId" ON agents_memories ("AgentId", "OwnerId")""");
    }

    // Conversations of before are all in their owners' lists.
    private static Task AddPromptsAndSettingsAsync(DbContext room, CancellationToken cancellation)
    {
        var (id, truth, yes) = room.Database.IsSqlite() ? ("TEXT", "INTEGER", "1") : ("uuid", "boolean", "true");
        return RunAsync(room, cancellation,
            $"""ALTER TABLE agents_conversations ADD COLUMN "Listed" {truth} NOT NULL DEFAULT {yes}""",
            $"""
            CREATE TABLE agents_prompts ("Id" {id} NOT NULL CONSTRAINT "PK_agents_prompts" PRIMARY KEY, "OwnerId" text NOT NULL, "Name" text NOT NULL, "Shared" {truth} NOT NULL,
                "Version" integer NOT NULL, "Revision" integer NOT NULL, "UpdatedAt" bigint NOT NULL)
            """,
            """CREATE INDEX "IX_agents_prompts_OwnerId" ON agents_prompts ("OwnerId")""",
            $"""
            CREATE TABLE agents_prompt_versions ("PromptId" {id} NOT NULL, "Number" integer NOT NULL, "Text" text NOT NULL, "Note" text NOT NULL, "SavedBy" text NOT NULL, "SavedAt" bigint NOT NULL,
                CONSTRAINT "PK_agents_prompt_versions" PRIMARY KEY ("PromptId", "Number"),
                CONSTRAINT "FK_agents_prompt_versions_agents_prompts_PromptId" FOREIGN KEY ("PromptId") REFERENCES agents_prompts ("Id") ON DELETE CASCADE)
            """,
            """CREATE TABLE agents_settings ("Name" text NOT NULL CONSTRAINT "PK_agents_settings" PRIMARY KEY, "Value" text NOT NULL, "Revision" integer NOT NULL, "UpdatedAt" bigint NOT NULL)""");
    }

    // Runs of before were all asked for by a person.
    private static Task AddOriginsAsync(DbContext room, CancellationToken cancellation)
    {
        var id = room.Database.IsSqlite() ? "TEXT" : "uuid";
        return RunAsync(room, cancellation,
            """ALTER TABLE agents_runs ADD COLUMN "Purpose" integer NOT NULL DEFAULT 0""",
            $"""ALTER TABLE agents_runs ADD COLUMN "ParentId" {id} NULL""",
            $"""ALTER TABLE agents_runs ADD COLUMN "OriginId" {id} NULL""",
            """ALTER TABLE agents_runs ADD COLUMN "OriginStep" text NULL""",
            """CREATE INDEX "IX_agents_runs_Parent" ON agents_runs ("ParentId")""");
    }

    // What runs of before took is not counted.
    private static Task AddSubjectsAsync(DbContext room, CancellationToken cancellation) => RunAsync(room, cancellation,
        """ALTER TABLE agents_conversations ADD COLUMN "Subject" text NOT NULL DEFAULT ''""",
        """ALTER TABLE agents_runs ADD COLUMN "Model" text NOT NULL DEFAULT ''""",
        """ALTER TABLE agents_runs ADD COLUMN "Steps" integer NOT NULL DEFAULT 0""",
        """ALTER TABLE agents_runs ADD COLUMN "Tokens" integer NOT NULL DEFAULT 0""",
        """CREATE INDEX "IX_agents_runs_Created" ON agents_runs ("CreatedAt")""");

    private static Task AddTestsAsync(DbContext room, CancellationToken cancellation)
    {
        var (id, real) = room.Database.IsSqlite() ? ("TEXT", "REAL") : ("uuid", "double precision");
        return RunAsync(room, cancellation,
            $"""
            CREATE TABLE agents_test_suites ("Id" {id} NOT NULL CONSTRAINT "PK_agents_test_suites" PRIMARY KEY, "AgentId" {id} NOT NULL, "OwnerId" text NOT NULL, "Name" text NOT NULL, "UpdatedAt" bigint NOT NULL,
                CONSTRAINT "FK_agents_test_suites_agents_definitions_AgentId" FOREIGN KEY ("AgentId") REFERENCES agents_definitions ("Id") ON DELETE CASCADE)
            """,
            """CREATE INDEX "IX_agents_test_suites_OwnerId" ON agents_test_suites ("OwnerId")""",
            """CREATE INDEX "IX_agents_test_suites_AgentId" ON agents_test_suites ("AgentId")""",
            $"""
            CREATE TABLE agents_tests ("Id" {id} NOT NULL CONSTRAINT "PK_agents_tests" PRIMARY KEY, "SuiteId" {id} NOT NULL, "Case" text NOT NULL, "CreatedAt" bigint NOT NULL, "UpdatedAt" bigint NOT NULL,
                CONSTRAINT "FK_agents_tests_agents_test_suites_SuiteId" FOREIGN KEY ("SuiteId") REFERENCES agents_test_suites ("Id") ON DELETE CASCADE)
            """,
            """CREATE INDEX "IX_agents_tests_SuiteId" ON agents_tests ("SuiteId")""",
            $"""
            CREATE TABLE agents_suite_runs ("Id" {id} NOT NULL CONSTRAINT "PK_agents_suite_runs" PRIMARY KEY, "SuiteId" {id} NOT NULL, "OwnerId" text NOT NULL, "Status" integer NOT NULL, "Agent" text NOT NULL,
                "Targets" text NOT NULL, "CreatedAt" bigint NOT NULL, "EndedAt" bigint NULL, "Lease" text NULL, "LeaseUntil" bigint NOT NULL,
                CONSTRAINT "FK_agents_suite_runs_agents_test_suites_SuiteId" FOREIGN KEY ("SuiteId") REFERENCES agents_test_suites ("Id") ON DELETE CASCADE)
            """,
            """CREATE INDEX "IX_agents_suite_runs_SuiteId" ON agents_suite_runs ("SuiteId")""",
            $"""
            CREATE TABLE agents_test_results ("SuiteRunId" {id} NOT NULL, "Ordinal" integer NOT NULL, "TestId" {id} NOT NULL, "Target" integer NOT NULL, "Case" text NOT NULL, "RunId" {id} NOT NULL,
                "Outcome" integer NOT NULL, "Judged" text NOT NULL, "Answer" text NOT NULL, "Error" text NOT NULL, "Tokens" integer NOT NULL, "Milliseconds" {real} NOT NULL,
                CONSTRAINT "PK_agents_test_results" PRIMARY KEY ("SuiteRunId", "Ordinal"),
                CONSTRAINT "FK_agents_test_results_agents_suite_runs_SuiteRunId" FOREIGN KEY ("SuiteRunId") REFERENCES agents_suite_runs ("Id") ON DELETE CASCADE)
            """);
    }

    private static Task AddSchedulesAsync(DbContext room, CancellationToken cancellation)
    {
        var (id, truth) = room.Database.IsSqlite() ? ("TEXT", "INTEGER") : ("uuid", "boolean");
        return RunAsync(room, cancellation,
            $"""
            CREATE TABLE agents_schedules ("Id" {id} NOT NULL CONSTRAINT "PK_agents_schedules" PRIMARY KEY, "OwnerId" text NOT NULL, "AgentId" {id} NOT NULL, "Name" text NOT NULL, "Input" text NOT NULL,
                "Cron" text NOT NULL, "TimeZone" text NOT NULL, "Missed" integer NOT NULL, "Overlap" integer NOT NULL, "NextAt" bigint NULL, "CreatedAt" bigint NOT NULL, "UpdatedAt" bigint NOT NULL)
            """,
            """CREATE INDEX "IX_agents_schedules_OwnerId" ON agents_schedules ("OwnerId")""",
            """CREATE INDEX "IX_agents_schedules_NextAt" ON agents_schedules ("NextAt")""",
            $"""
            CREATE TABLE agents_schedule_entries ("Id" {id} NOT NULL CONSTRAINT "PK_agents_schedule_entries" PRIMARY KEY, "ScheduleId" {id} NOT NULL, "DueAt" bigint NOT NULL, "CreatedAt" bigint NOT NULL,
                "Outcome" integer NOT NULL, "Missed" integer NOT NULL, "ByHand" {truth} NOT NULL, "RunId" {id} NOT NULL, "Reason" text NOT NULL, "Lease" text NOT NULL, "LeaseUntil" bigint NOT NULL,
                CONSTRAINT "FK_agents_schedule_entries_agents_schedules_ScheduleId" FOREIGN KEY ("ScheduleId") REFERENCES agents_schedules ("Id") ON DELETE CASCADE)
            """,
            """CREATE INDEX "IX_agents_schedule_entries_ScheduleId_CreatedAt" ON agents_schedule_entries ("ScheduleId", "CreatedAt")""",
            """CREATE INDEX "IX_agents_schedule_entries_Outcome" ON agents_schedule_entries ("Outcome")""");
    }

    private static Task AddStopsAndVectorsAsync(DbContext room, CancellationToken cancellation)
    {
        var (id, truth, no, bytes) = room.Database.IsSqlite() ? ("TEXT", "INTEGER", "0", "BLOB") : ("uuid", "boolean", "false", "bytea");
        return RunAsync(room, cancellation,
            $"""ALTER TABLE agents_runs ADD COLUMN "StopAsked" {truth} NOT NULL DEFAULT {no}""",
            $"""
            CREATE TABLE agents_vectors ("AgentId" {id} NOT NULL, "Use" integer NOT NULL, "Sha256" text NOT NULL, "Model" text NOT NULL, "Vector" {bytes} NOT NULL,
                CONSTRAINT "PK_agents_vectors" PRIMARY KEY ("AgentId", "Use", "Sha256"),
                CONSTRAINT "FK_agents_vectors_agents_definitions_AgentId" FOREIGN KEY ("AgentId") REFERENCES agents_definitions ("Id") ON DELETE CASCADE)
            """);
    }

    // What was allowed before stands in the events of the run alone.
    private static Task AddApprovedArgumentsAsync(DbContext room, CancellationToken cancellation) =>
        RunAsync(room, cancellation, """ALTER TABLE agents_approvals ADD COLUMN "ApprovedArguments" text NULL""");

    // Of runs of before the time is that from their start to their end. Who started them is told by what is known: a schedule's entry, a draft, a conversation that stands in no list.
    private static Task AddWorkAsync(DbContext room, CancellationToken cancellation)
    {
        var no = room.Database.IsSqlite() ? "0" : "false";
        return RunAsync(room, cancellation,
            """ALTER TABLE agents_runs ADD COLUMN "TokensOfOthers" integer NOT NULL DEFAULT 0""",
            """ALTER TABLE agents_runs ADD COLUMN "WorkedMilliseconds" bigint NOT NULL DEFAULT 0""",
            """UPDATE agents_runs SET "WorkedMilliseconds" = "EndedAt" - "CreatedAt" WHERE "EndedAt" IS NOT NULL""",
            """UPDATE agents_runs SET "Purpose" = 3 WHERE "Purpose" = 0 AND "Id" IN (SELECT "RunId" FROM agents_schedule_entries)""",
            """UPDATE agents_runs SET "Purpose" = 5 WHERE "Purpose" = 0 AND "AgentId" IS NOT NULL AND "AgentVersion" IS NULL""",
            $"""UPDATE agents_runs SET "Purpose" = 4 WHERE "Purpose" = 0 AND "ConversationId" IN (SELECT "Id" FROM agents_conversations WHERE "Listed" = {no})""");
    }

    private static async Task RunAsync(DbContext room, CancellationToken cancellation, params string[] statements)
    {
        foreach (var sql in statements)
            await room.Database.ExecuteSqlRawAsync(sql, cancellation);
    }

    private const string ParentInSqlite = """ALTER TABLE agents_messages ADD COLUMN "ParentId" TEXT NULL""";
    private const string ParentInPostgres = """ALTER TABLE agents_messages ADD COLUMN "ParentId" uuid NULL""";
    private const string EndInSqlite = """ALTER TABLE agents_conversations ADD COLUMN "EndId" TEXT NULL""";
    private const string EndInPostgres = """ALTER TABLE agents_conversations ADD COLUMN "EndId" uuid NULL""";
}
