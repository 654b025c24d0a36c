using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Agents.Answering;
using Platform.Agents.Evaluation;
using Platform.Fakes;
using Platform.ModelHost.Client;
using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Evaluation;
using Platform.Retrieval.Ingest;

namespace Platform.Agents.Tests.Answering;

/// <summary>Quote mode over the sample handbook and its golden questions: real readers, real index, no model.</summary>
public sealed class SampleAnswersTests(SampleAnswersTests.Library library) : IClassFixture<SampleAnswersTests.Library>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("questions.jsonl")]
    [InlineData("held-out.jsonl")]
    [InlineData("unseen.jsonl")]
    public async Task Most_questions_are_answered_by_the_right_sentence_and_what_is_not_in_the_documents_is_refused(string set)
    {
        var report = await AnswerEvaluation.RunAsync(library.Answers, Library.Owner, [], await GoldenSet.LoadAsync(Path.Combine(Library.Samples(), ".golden", set), Cancellation), Cancellation);
        TestContext.Current.TestOutputHelper!.WriteLine(report.ToString());
        Assert.True(report.CitationHolds >= 0.85 && report.FirstCitationHolds >= 0.75, report.ToString());
        Assert.True(report.WronglyRefused <= 0.1 && report.RightlyRefused >= 0.6, report.ToString());
    }

    [Theory]
    [InlineData("能把猫带到办公室吗？", "办公区也不允许带宠物")]
    [InlineData("What is the minimum length of a password?", "at least 15 characters")]
    [InlineData("How long is the probation period?", "Probation lasts four months")]
    [InlineData("How much is the mileage rate for a car?", "0.47")]
    [InlineData("年假有多少天？", "不满五年的为10天")]
    [InlineData("员工可以请几天年假？", "不满五年的为10天")]
    public async Task A_question_in_everyday_words_is_answered_by_the_right_sentence(string question, string expected)
    {
        var events = await library.Answers.StreamAsync(new AnswerQuestion(Library.Owner, question, [], []), Cancellation).ToListAsync(Cancellation);
        Assert.Contains(expected, string.Concat(events.OfType<AnswerCitation>().SelectMany(e => e.Citation.Quote).Where(c => c != '\n')), StringComparison.Ordinal);
    }

    /// <summary>The samples, taken in once.</summary>
    public sealed class Library : IAsyncLifetime
    {
        private readonly string folder = Directory.CreateTempSubdirectory("samples-").FullName;
        private IHost? host;

        public static Caller Owner { get; } = new("owner", IsAdministrator: true);

        public AnswerAgent Answers => host!.Services.GetRequiredService<AnswerAgent>();

        public async ValueTask InitializeAsync()
        {
            var samples = Samples();
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Data:Directory"] = folder, ["Retrieval:DenseWeight"] = "0" });
            builder.Services.AddSingleton<IChatClient>(ScriptedChatClient.Saying("unused"));
            builder.Services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new HashEmbeddings(512));
            builder.Services.AddSingleton<ITokenCounter, WordTokenCounter>();
            builder.Services.AddSingleton(new ServedModels([new ServedModel("hash", CanChat: true, CanEmbed: true, CanAnswer: false, 512, 512, 0)]));
            builder.Services.AddAgents(builder.Configuration);
            host = builder.Build();
            await host.Services.PrepareAgentsAsync(Cancellation);
            await host.StartAsync(Cancellation);

            var @base = await host.Services.GetRequiredService<KnowledgeBases>().CreateAsync(Owner, "Samples", "", shared: false, Cancellation);
            string[] names = [.. Directory.GetFiles(samples).Select(file => Path.GetFileName(file))];
            foreach (var name in names)
            {
                await using var content = File.OpenRead(Path.Combine(samples, name));
                await host.Services.GetRequiredService<IngestDocument>().AddAsync(Owner, @base.Id, name, content, DuplicateChoice.KeepBoth, Cancellation);
            }
            await AgentsRig.UntilAsync(async () =>
            {
                var documents = await host.Services.GetRequiredService<DocumentLibrary>().ListAsync(Owner, @base.Id, Cancellation);
                Assert.DoesNotContain(documents, d => d.State == DocumentState.Failed);
                return documents.Count == names.Length && documents.All(d => d.State == DocumentState.Ready);
            });
        }

        public async ValueTask DisposeAsync()
        {
            if (host is not null)
            {
                await host.StopAsync(CancellationToken.None);
                host.Dispose();
            }
            Directory.Delete(folder, recursive: true);
        }

        internal static string Samples()
        {
            for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            {
                if (File.Exists(Path.Combine(at.FullName, "samples", ".golden", "questions.jsonl")))
                    return Path.Combine(at.FullName, "samples");
            }
            throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds samples/.golden/questions.jsonl.");
        }
    }
}
