using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Agents.Answering;
using Platform.Fakes;
using Platform.ModelHost.Client;
using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;

namespace Platform.Agents.Tests.Answering;

/// <summary>Quote mode over the sample handbook and its golden questions: real readers, real index, no model.</summary>
public sealed class SampleAnswersTests(SampleAnswersTests.Library library) : IClassFixture<SampleAnswersTests.Library>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Most_questions_get_a_citation_that_holds_the_answer()
    {
        var questions = library.Questions.Where(q => q.Answerable).ToList();
        int cited = 0, first = 0, notFound = 0;
        foreach (var question in questions)
        {
            var (citations, found, text) = await AskAsync(question);
            bool Holds(Citation c) => c.DocumentName == question.Document && question.Answers.Any(a => Flat(c.Quote).Contains(Flat(a.Text), StringComparison.OrdinalIgnoreCase));
            var holds = citations.Any(Holds);
            cited += holds ? 1 : 0;
            first += citations.Count > 0 && Holds(citations[0]) ? 1 : 0;
            notFound += found ? 0 : 1;
            if (!holds || !Holds(citations[0]))
                TestContext.Current.TestOutputHelper!.WriteLine($"{(holds ? "later" : found ? "WRONG" : "NONE ")} {question.Id} {question.Question} → {string.Join(" / ", question.Answers.Select(a => a.Text))} ({question.Document})\n    {text.ReplaceLineEndings(" ")}");
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"{questions.Count} questions: {cited} cited, {first} by the first citation, {notFound} said not to be in the documents");
        Assert.True(cited >= 0.6 * questions.Count, $"{cited} of {questions.Count}");
    }

    [Fact]
    public async Task Most_questions_that_the_documents_do_not_answer_are_refused()
    {
        var questions = library.Questions.Where(q => !q.Answerable).ToList();
        var refused = 0;
        foreach (var question in questions)
        {
            var (_, found, text) = await AskAsync(question);
            refused += found ? 0 : 1;
            if (found)
                TestContext.Current.TestOutputHelper!.WriteLine($"{question.Id} {question.Question}\n    {text.ReplaceLineEndings(" ")}");
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"{refused} of {questions.Count} refused");
        Assert.True(refused >= 0.5 * questions.Count, $"{refused} of {questions.Count}");
    }

    private async Task<(List<Citation> Citations, bool Found, string Text)> AskAsync(Golden question)
    {
        List<PastTurn> history = [.. (question.History ?? []).Select(text => new PastTurn("user", text))];
        var events = await library.Answers.StreamAsync(new AnswerQuestion(Library.Owner, question.Question, history, [], AnswerMode.Quote), Cancellation).ToListAsync(Cancellation);
        return ([.. events.OfType<AnswerCitation>().Select(e => e.Citation)], !events.OfType<AnswerDone>().Single().NotFound, string.Concat(events.OfType<AnswerText>().Select(e => e.Text)));
    }

    /// <summary>Line breaks inside a quote are the page's, not the sentence's.</summary>
    private static string Flat(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    public sealed record Golden(string Id, string Lang, string Question, string? Document, int? Page, IReadOnlyList<GoldenAnswer> Answers, bool Answerable, IReadOnlyList<string>? History);

    public sealed record GoldenAnswer(string Text);

    /// <summary>The samples, taken in once.</summary>
    public sealed class Library : IAsyncLifetime
    {
        private readonly string folder = Directory.CreateTempSubdirectory("samples-").FullName;
        private IHost? host;

        public static Caller Owner { get; } = new("owner", IsAdministrator: true);

        public AnswerAgent Answers => host!.Services.GetRequiredService<AnswerAgent>();

        public IReadOnlyList<Golden> Questions { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            var samples = Samples();
            Questions = [.. (await File.ReadAllLinesAsync(Path.Combine(samples, ".golden", "questions.jsonl"), Cancellation)).Select(line => JsonSerializer.Deserialize<Golden>(line, JsonSerializerOptions.Web)!)];
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Data:Directory"] = folder, ["Retrieval:DenseWeight"] = "0" });
            builder.Services.AddSingleton<IChatClient>(ScriptedChatClient.Saying("unused"));
            builder.Services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new HashEmbeddings(512));
            builder.Services.AddSingleton<ITokenCounter, WordTokenCounter>();
            builder.Services.AddSingleton(new ServedModels([new ServedModel("hash", CanChat: false, CanEmbed: true, CanAnswer: false, 512, 512, 0)]));
            builder.Services.AddAgents(builder.Configuration);
            host = builder.Build();
            await host.Services.PrepareAgentsAsync(Cancellation);
            await host.StartAsync(Cancellation);

            var @base = await host.Services.GetRequiredService<KnowledgeBases>().CreateAsync(Owner, "Samples", "", shared: false, Cancellation);
            string[] names = [.. Questions.Select(q => q.Document).OfType<string>().Distinct()];
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

        private static string Samples()
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
