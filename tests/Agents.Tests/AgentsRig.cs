using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Agents.Answering;
using Platform.Agents.Answering.Generating;
using Platform.Agents.Answering.Quoting;
using Platform.Agents.Conversations;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Acting;
using Platform.Agents.Forking;
using Platform.Agents.Memory;
using Platform.Agents.Nesting;
using Platform.Agents.Planning;
using Platform.Agents.Prompting;
using Platform.Agents.Prompting.Library;
using Platform.Agents.Runs;
using Platform.Agents.Schedules;
using Platform.Agents.Storage;
using Platform.Agents.Testing;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Settings;
using Platform.Fakes;
using Platform.ModelHost.Client;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Storage;

namespace Platform.Agents.Tests;

/// <summary>This room on a real SQLite file, with a scripted chat model and a shelf of texts.</summary>
internal sealed class AgentsRig : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder;
    private readonly bool ownsFolder;
    private readonly PooledDbContextFactory<AgentsContext> contexts;
    private readonly RunStops stops;

    private AgentsRig(string folder, IChatClient chat, AgentsOptions options, TextShelf shelf, bool canAnswer, int contextTokens, bool serves, bool ownsFolder, Process process, IReadOnlyList<AgentTool> tools)
    {
        (this.folder, this.ownsFolder, Shelf) = (folder, ownsFolder, shelf);
        contexts = Contexts(folder, process);
        var settings = Options.Create(options);
        string[] served = ["scripted", "other", "other:legal", "other:legal@1", "other:legal@2", "bold"];
        ServedModels models = new(serves ? [.. served.Select(id => new ServedModel(id, CanChat: true, CanEmbed: false, canAnswer, contextTokens, 0, 0))] : []);
        Answers = new AnswerAgent(
            shelf, models, new GeneratedAnswer(chat, new PromptBudget(new CharacterCounter()), settings), new QuoteMode(new HashEmbeddings(), settings), settings, process.Clock ?? TimeProvider.System);
        NestedRuns? nested = null;
        LeaseOwner owner = new(new DataFolder(process.DataFolder ?? folder));
        RunStore store = new(contexts, owner, process.Clock ?? TimeProvider.System);
        Store = store;
        var clock = process.Clock ?? TimeProvider.System;
        KeptVectors vectors = new(contexts, Embeddings);
        Memories = new MemoryBook(contexts, vectors, clock);
        ToolCatalog catalog = new([.. tools, new AskAgentTool(new(() => nested!)), new RememberTool(Memories)], [], clock, new TestLog<ToolCatalog>());
        ConversationWindow window = new(new CharacterCounter());
        AgentOpening opening = new(new NearestDemonstrations(vectors), Memories, window, new ConversationSummary(new AgentDecision(chat, clock), models, window, clock), store, clock);
        AgentDecision decision = new(chat, clock);
        ToolCalls calls = new(catalog, settings, clock);
        AgentLoop loop = new(decision, calls, new PlanExecution(new Planner(decision), decision, calls, settings, clock), catalog, models, opening, shelf, clock);
        Host = new RunHost(new RunExecution(Answers, loop, store, settings, TimeProvider.System, new TestLog<RunExecution>(), Owners, process.Ready), settings, clock, process.Program);
        Resumption = new RunResumption(contexts, store, Host, TimeProvider.System);
        Runs = new RunAgent(contexts, store, Host, Resumption, TimeProvider.System);
        Forks = new RunFork(contexts, store, Runs, new PresentModels(models), TimeProvider.System);
        Archive = new RunArchive(contexts, store, Runs);
        Outcomes = new RunOutcomes(contexts);
        Grants = new ToolGrant(contexts, catalog, TimeProvider.System);
        Conversations = new ConversationLibrary(contexts, Host, TimeProvider.System);
        Removal = new RunRemoval(contexts, Conversations, settings, clock);
        stops = new RunStops(Host, store, TimeProvider.System, new TestLog<RunStops>());
        Approvals = new ApprovalBox(contexts, store, Resumption, catalog, new EditedPlan(catalog), clock);
        Plans = new PlanEditor(contexts, store, Host, new EditedPlan(catalog), TimeProvider.System);
        ModelUses = new ModelUses(contexts);
        Agents = new AgentLibrary(contexts, new PresentParts(catalog, shelf, new PresentModels(models)), process.Clock ?? TimeProvider.System);
        nested = new NestedRuns(contexts, Agents, Runs, store, Host, Resumption, TimeProvider.System);
        Tests = new TestLibrary(contexts, store, catalog, TimeProvider.System);
        SuiteHost = new SuiteHost(contexts, new SuiteExecution(contexts, Runs, store, TimeProvider.System, new TestLog<SuiteExecution>(), Owners), store, owner, clock, new TestLog<SuiteHost>());
        Suites = new SuiteRuns(contexts, Agents, new PresentModels(models), SuiteHost, TimeProvider.System);
        Prompts = new PromptLibrary(contexts, clock);
        ToolSettings = new ToolSettingsBook(new ToolsOptions { FetchHosts = ["configured.example.org"] }, contexts, clock, NullLoggerFactory.Instance);
        ScheduleHost = new ScheduleHost(contexts, new ScheduleStart(contexts, Owners, Agents, Runs, clock, new TestLog<ScheduleStart>()), store, owner, clock, new TestLog<ScheduleHost>(), process.Ready);
        Schedules = new ScheduleLibrary(contexts, Agents, ScheduleHost, clock);
    }

    public static Caller Anna { get; } = new("anna", IsAdministrator: false);

    public static Caller Boris { get; } = new("boris", IsAdministrator: true);

    public TextShelf Shelf { get; }
    public AnswerAgent Answers { get; }
    public RunStore Store { get; }
    public RunHost Host { get; }
    public RunAgent Runs { get; }
    public RunFork Forks { get; }
    public RunArchive Archive { get; }
    public RunOutcomes Outcomes { get; }
    public ToolGrant Grants { get; }
    public ConversationLibrary Conversations { get; }
    public AgentLibrary Agents { get; }

    public ModelUses ModelUses { get; }
    public PromptLibrary Prompts { get; }
    public ToolSettingsBook ToolSettings { get; }
    public RunResumption Resumption { get; }
    public ApprovalBox Approvals { get; }
    public MemoryBook Memories { get; }
    public PlanEditor Plans { get; }
    public RunRemoval Removal { get; }

    /// <summary>Of questions, memories and demonstrations.</summary>
    public HashEmbeddings Embeddings { get; } = new();
    public ScheduleLibrary Schedules { get; }

    /// <summary>Not running: a test has it look.</summary>
    public ScheduleHost ScheduleHost { get; }
    public GivenOwners Owners { get; } = new();
    public TestLibrary Tests { get; }
    public SuiteHost SuiteHost { get; }
    public SuiteRuns Suites { get; }

    /// <summary>Prepares the tables and starts executing runs.</summary>
    public static async Task<AgentsRig> StartAsync(IChatClient? chat = null, Action<AgentsOptions>? configure = null, TextShelf? shelf = null, bool canAnswer = true, string? folder = null, int contextTokens = 4096, bool serves = true, Process? process = null, IReadOnlyList<AgentTool>? tools = null)
    {
        AgentsOptions options = new();
        configure?.Invoke(options);
        AgentsRig rig = new(
            folder ?? Directory.CreateTempSubdirectory("agents-").FullName, chat ?? ScriptedChatClient.Saying("Yes [1]."), options,
            shelf ?? new TextShelf().Add("leave.txt", "Everybody has 27 days of annual leave."), canAnswer, contextTokens, serves, ownsFolder: folder is null, process ?? new Process(), tools ?? []);
        await using (var db = rig.contexts.CreateDbContext())
            await PlatformDatabase.PrepareAsync(db, "agents", AgentsContext.Version, TestContext.Current.CancellationToken, TableSteps.All);
        await rig.Resumption.GoOnAsync(await rig.Store.EndInterruptedAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        await rig.Host.StartAsync(TestContext.Current.CancellationToken);
        await rig.SuiteHost.StartAsync(TestContext.Current.CancellationToken);
        await rig.stops.StartAsync(TestContext.Current.CancellationToken);
        return rig;
    }

    /// <summary>A second start on the same data, as after a crash: the first is neither stopped nor told. Dispose of it before the first.</summary>
    public Task<AgentsRig> RestartAsync(Process? process = null, IChatClient? chat = null, IReadOnlyList<AgentTool>? tools = null) => StartAsync(chat, folder: folder, process: process, tools: tools);

    public async Task<RunInfo> AskAsync(string question = "How many days of annual leave?", Guid? conversation = null, AnswerMode mode = AnswerMode.Auto)
    {
        conversation ??= (await Conversations.CreateAsync(Anna, [], TestContext.Current.CancellationToken)).Id;
        return await Runs.StartAsync(Anna, new StartRun(Guid.NewGuid(), conversation.Value, question, mode), TestContext.Current.CancellationToken);
    }

    /// <summary>Has an agent work on a question, in a conversation of its own.</summary>
    public async Task<RunInfo> LetAsync(AgentDefinition agent, string question = "How many days of annual leave?", Guid? conversation = null, Guid? id = null, string zone = "")
    {
        conversation ??= (await Conversations.CreateAsync(Anna, [], TestContext.Current.CancellationToken)).Id;
        return await Runs.StartAsync(Anna, new StartRun(Guid.NewGuid(), conversation.Value, question, Agent: new AgentTask(id ?? Guid.NewGuid(), 1, agent, "Anna", false) { TimeZone = zone }), TestContext.Current.CancellationToken);
    }

    /// <summary>All events after a number, to the last.</summary>
    public async Task<List<RunEvent>> EventsAsync(RunInfo run, int after = 0) =>
        await Runs.FollowAsync(Anna, run.Id, after, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);

    public async Task<ConversationMessage> AnswerAsync(RunInfo run) =>
        (await Conversations.MessagesAsync(Anna, run.ConversationId, TestContext.Current.CancellationToken)).Single(m => m.Id == run.AssistantMessageId);

    /// <summary>Lets the database refuse every new row of a table (or every change of one), or take them again, as a disk that is full does.</summary>
    public async Task RefuseRowsAsync(string table, bool refuse = true, string what = "INSERT")
    {
        var sql = refuse ? $"CREATE TRIGGER refuse_{table} BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, 'no room'); END" : $"DROP TRIGGER refuse_{table}";
        await ExecuteAsync(sql);
    }

    /// <summary>Makes a run that ended one that is stored and not yet in memory.</summary>
    public async Task ReopenAsync(RunInfo run)
    {
        await UntilAsync(() => Task.FromResult(Host.Find(run.Id) is null));
        await ExecuteAsync("DELETE FROM agents_run_events");
        await ExecuteAsync("UPDATE agents_runs SET \"EndedAt\" = NULL, \"Status\" = 0");
    }

    /// <summary>Ends the runs that were asked by no other, as a crash before the end of what they asked does.</summary>
    public Task EndAskingRunsAsync() => ExecuteAsync("UPDATE agents_runs SET \"EndedAt\" = 1, \"Status\" = 3 WHERE \"ParentId\" IS NULL");

    /// <summary>Makes runs that wait for a person ones that are worked on, as a kill between the question and the wait does.</summary>
    public Task WorkOnWaitingAsync() => ExecuteAsync("UPDATE agents_runs SET \"Status\" = 1 WHERE \"Status\" = 5");

    /// <summary>Makes the tables those of version 1, when a conversation was one line of messages, runs had no lease, and there were no agents.</summary>
    public async Task MakeOldAsync()
    {
        await ExecuteAsync("DROP TABLE agents_vectors");
        await ExecuteAsync("ALTER TABLE agents_runs DROP COLUMN \"StopAsked\"");
        await ExecuteAsync("ALTER TABLE agents_runs DROP COLUMN \"Lease\"");
        await ExecuteAsync("ALTER TABLE agents_runs DROP COLUMN \"LeaseUntil\"");
        await ExecuteAsync("ALTER TABLE agents_messages DROP COLUMN \"ParentId\"");
        await ExecuteAsync("ALTER TABLE agents_conversations DROP COLUMN \"EndId\"");
        await ExecuteAsync("ALTER TABLE agents_conversations DROP COLUMN \"Listed\"");
        foreach (var table in (string[])["agents_schedule_entries", "agents_schedules", "agents_test_results", "agents_suite_runs", "agents_tests", "agents_test_suites", "agents_prompt_versions", "agents_prompts", "agents_settings"])
            await ExecuteAsync($"DROP TABLE {table}");
        await ExecuteAsync("DROP TABLE agents_memories");
        await ExecuteAsync("DROP TABLE agents_approvals");
        await ExecuteAsync("DROP INDEX \"IX_agents_runs_Parent\"");
        await ExecuteAsync("DROP INDEX \"IX_agents_runs_Created\"");
        await ExecuteAsync("ALTER TABLE agents_conversations DROP COLUMN \"Subject\"");
        foreach (var column in (string[])["Model", "Steps", "Tokens", "AgentId", "AgentVersion", "Agent", "StopReason", "Purpose", "ParentId", "OriginId", "OriginStep", "TokensOfOthers", "WorkedMilliseconds"])
            await ExecuteAsync($"ALTER TABLE agents_runs DROP COLUMN \"{column}\"");
        await ExecuteAsync("DROP TABLE agents_definition_versions");
        await ExecuteAsync("DROP TABLE agents_definitions");
        await ExecuteAsync("UPDATE room_versions SET version = 1 WHERE room = 'agents'");
    }

    /// <summary>The database, for what no other way in tells.</summary>
    public IDbContextFactory<AgentsContext> Databases => contexts;

    /// <summary>The same, opened.</summary>
    public AgentsContext OpenDatabase() => contexts.CreateDbContext();

    /// <summary>Waits for a condition, with a deadline.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var start = Stopwatch.StartNew(); !await condition(); await Task.Delay(10))
            Assert.True(start.Elapsed < Patience, "The condition did not come true in time.");
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var db = contexts.CreateDbContext();
        await db.Database.ExecuteSqlRawAsync(sql, TestContext.Current.CancellationToken);
    }

    public async Task StopHostAsync()
    {
        await SuiteHost.StopAsync(CancellationToken.None);
        await Host.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await SuiteHost.StopAsync(CancellationToken.None);
        SuiteHost.Dispose();
        await stops.StopAsync(CancellationToken.None);
        stops.Dispose();
        await Host.StopAsync(CancellationToken.None);
        Host.Dispose();
        if (!ownsFolder)
            return;
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Anna and Boris, but for those that a test has sent away.</summary>
    public sealed class GivenOwners : IRunOwners
    {
        public HashSet<string> Gone { get; } = [];

        /// <summary>Administrators that are none any more.</summary>
        public HashSet<string> Demoted { get; } = [];

        public Task<RunOwner?> FindAsync(string userId, CancellationToken cancellation) =>
            Task.FromResult(Gone.Contains(userId) ? null : new RunOwner((userId == Anna.UserId ? Anna : Boris) with { IsAdministrator = userId == Boris.UserId && !Demoted.Contains(userId) }, userId));
    }

    /// <summary>What tells one process from another that shares its database: the database when it is not the SQLite file of the folder, a data folder of its own, its clock, who watches what it does with the database, what tells when its models answer, and what tells that it ends.</summary>
    public sealed record Process(string? Connection = null, string? DataFolder = null, TimeProvider? Clock = null, IInterceptor? Watch = null, IModelsReady? Ready = null, IHostApplicationLifetime? Program = null);

    private static PooledDbContextFactory<AgentsContext> Contexts(string folder, Process process)
    {
        DbContextOptionsBuilder<AgentsContext> builder = new();
        if (process.Watch is { } watch)
            builder.AddInterceptors(watch); // before the turns of writers: who is held here holds up nobody
        AgentsContext.Use(builder, process.Connection, folder);
        return new(builder.Options);
    }
}
