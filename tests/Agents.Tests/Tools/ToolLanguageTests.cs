using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Memory;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Calculating;
using Platform.Agents.Tools.Dates;
using Platform.Agents.Tools.Fetching;
using Platform.Agents.Tools.Outbound;
using Platform.Agents.Tools.Reading;
using Platform.Agents.Tools.Tables;
using Platform.Retrieval;
using Platform.Retrieval.Reading;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Tools;

/// <summary>What the program's own tools, and the check of their arguments, say to a model is in the language of the question.</summary>
public sealed partial class ToolLanguageTests : IAsyncLifetime
{
    /// <summary>Calls that bring each of the tools' sentences, but for those that need another machine.</summary>
    private static readonly (string Tool, string Arguments)[] Calls =
    [
        ("calculator", """{"expression":"(27 - 25) * 8"}"""), ("calculator", """{"expression":"1 / 0"}"""), ("calculator", """{"expression":"2 +"}"""), ("calculator", """{"expression":"(2"}"""), ("calculator", """{"expression":"2 3"}"""),
        ("calculator", """{"expression":"x + 1"}"""), ("calculator", """{"expression":"sqrt(1, 2)"}"""), ("calculator", """{"expression":"round(1, 2, 3)"}"""), ("calculator", """{"expression":"round(1, 99)"}"""), ("calculator", """{"expression":"2 ^ 20000"}"""),
        ("calculator", """{"expression":"sqrt(-1)"}"""), ("calculator", """{"expression":"exp(1000)"}"""), ("calculator", """{"expression":"f(1)"}"""), ("calculator", """{"expression":"1.2.3"}"""), ("calculator", """{"expression":"*"}"""), ("calculator", """{"expression":"(1 2)"}"""),
        ("calculator", "{}"), ("calculator", """{"expression":3}"""), ("calculator", """{"expression":""}"""), ("calculator", """{"expression":"1","more":2}"""),
        ("date_time", """{"action":"now"}"""), ("date_time", """{"action":"describe","date":"2026-03-31"}"""), ("date_time", """{"action":"difference","date":"2026-03-31","to":"2025-01-01"}"""), ("date_time", """{"action":"add","date":"2026-03-31","days":3}"""),
        ("date_time", """{"action":"add","years":9999}"""), ("date_time", """{"action":"describe","date":"30.2.2026"}"""), ("date_time", """{"action":"describe","date":"03/04/2026"}"""), ("date_time", """{"action":"later"}"""), ("date_time", """{"action":"add","days":99999999}"""),
        ("search_documents", """{"query":"年假"}"""), ("search_documents", """{"query":"zzz"}"""), ("search_documents", """{"query":"年假","top":0}"""), ("read_passage", """{"number":1}"""), ("read_passage", """{"number":99}"""), ("read_passage", """{"number":1,"page":7}"""),
        ("query_table", "{}"), ("query_table", """{"sql":"SELECT 人 FROM 名单"}"""), ("query_table", """{"sql":"SELECT 1"}"""), ("query_table", """{"sql":"DELETE FROM 名单"}"""), ("query_table", """{"sql":"SELECT 1; SELECT 2"}"""), ("query_table", """{"sql":"SELECT sum(额) FROM 名单"}"""),
        ("fetch_page", """{"url":"xxxxxxxxx"}"""), ("fetch_page", """{"url":"ftp://1.1.1.1/x"}"""), ("fetch_page", """{"url":"http://1.1.1.1/"}"""), ("fetch_page", """{"url":"http://127.0.0.1:9/"}"""), ("fetch_page", """{"url":"http://u:p@1.1.1.1/"}"""),
        ("nothing", "{}"),
    ];

    /// <summary>Names of tools, fields, functions and kinds, and what the calls themselves say.</summary>
    private static readonly HashSet<string> Names =
    [
        "calculator", "date_time", "search_documents", "read_passage", "query_table", "fetch_page", "expression", "action", "query", "number", "page", "top", "sql", "url", "from", "more", "day", "days", "date", "to", "nothing", "json",
        "string", "integer", "now", "describe", "difference", "add", "later", "sqrt", "abs", "round", "floor", "ceil", "min", "max", "sum", "avg", "ln", "log", "exp", "sin", "cos", "tan", "pi", "of", "utc", "iso", "sqlite", "select", "delete", "where", "group", "by", "limit", "typeof",
        "excel", "csv", "http", "https", "host", "path", "ftp", "xxxxxxxxx", "zzz", "txt", "not", "authorized", // the last two are SQLite's
    ];

    private readonly TextShelf shelf = new TextShelf().Add("1.txt", "年假 27 天");
    private readonly OutboundHttp http = new(RefusedNetworks.All);
    private readonly QueryTableTool tables;

    public ToolLanguageTests() => tables = new(new TableShelf(shelf, 1000), ChildProgram.Queries, TimeSpan.FromSeconds(30), 64 << 20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "人,额\n甲,1\n乙,丙\n", Cancellation);
        shelf.Add("名单.csv", await new ReaderByContent(Options.Create(new RetrievalOptions())).For("text/csv").ReadAsync(file, null, Cancellation));
        File.Delete(file);
    }

    public ValueTask DisposeAsync()
    {
        tables.Dispose();
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("zh")]
    [InlineData("en")]
    public async Task Results_refusals_and_faults_of_arguments_are_in_the_language_of_the_run(string which)
    {
        var language = which == "zh" ? AnswerLanguage.Chinese : AnswerLanguage.English;
        ToolCatalog catalog = new(Own(), [], TimeProvider.System, NullLogger<ToolCatalog>.Instance);
        ToolScope scope = new(TextShelf.Reader, Guid.NewGuid(), []) { Language = language };
        List<string> said = [];
        foreach (var (tool, arguments) in Calls)
            said.Add((await catalog.CallAsync(tool, JsonElement.Parse(arguments), scope, Cancellation)).Text);
        Assert.Equal(said.Count, said.Count(text => text.Length > 0));
        if (language == AnswerLanguage.Chinese)
            Assert.All(said.Where(text => !text.StartsWith("(27 - 25)", StringComparison.Ordinal)), text => Assert.True(text.Any(AnswerWords.IsChinese) && Foreign(text).Count == 0, $"{text} [{string.Join(' ', Foreign(text))}]"));
        else
            Assert.All(said, text => Assert.DoesNotMatch("[，。；：“”]", text));
    }

    [Fact]
    public void What_a_tool_and_its_arguments_are_for_is_told_in_the_language_of_the_run_and_nothing_else_of_the_schema_differs()
    {
        foreach (var tool in Own().Append(new RememberTool(null!)))
        {
            var (english, chinese) = (tool.ParametersIn(AnswerLanguage.English).GetRawText(), tool.ParametersIn(AnswerLanguage.Chinese).GetRawText());
            Assert.DoesNotMatch(@"\\u", chinese); // in signs, as the model reads it
            Assert.Equal(Described().Replace(english, ""), Described().Replace(chinese, ""));
            Assert.All(Described().Matches(chinese), match => Assert.True((match.Value.Any(AnswerWords.IsChinese) || match.Value.Contains("https://…", StringComparison.Ordinal)) && Foreign(match.Value.Replace("description", "", StringComparison.Ordinal)).Count == 0, match.Value));
            Assert.All(Described().Matches(english), match => Assert.DoesNotContain(match.Value, AnswerWords.IsChinese));
            Assert.Contains(tool.DescriptionIn(AnswerLanguage.Chinese), AnswerWords.IsChinese);
        }
    }

    [Fact]
    public async Task A_model_that_is_asked_in_chinese_is_sent_chinese_faults_schemas_and_results()
    {
        var chat = Deciding(Call("calculator", new { expression = 3 }), Call("calculator", new { expression = "1 / 0" }), new Microsoft.Extensions.AI.TextContent("没有结果。"));
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new CalculatorTool(), new DateTimeTool(TimeProvider.System)]);
        await rig.EventsAsync(await rig.LetAsync(AgentLoopTests.Clerk with { Instructions = "1", Tools = [new("calculator", ToolPolicy.Always), new("date_time", ToolPolicy.Always)] }, "一除以零是多少？"));
        var results = chat.Requests.Last().SelectMany(message => message.Contents).OfType<Microsoft.Extensions.AI.FunctionResultContent>().Select(result => $"{result.Result}").ToList();
        Assert.Contains("calculator 的参数有误：“expression”的类型必须是 string，但现在是 3。", results[0], StringComparison.Ordinal);
        Assert.Contains("这里除以零，没有结果。位置：“1 / 0”的第 3 个字符。", results[1], StringComparison.Ordinal);
        var offered = chat.Options.First()!.Tools!.OfType<Microsoft.Extensions.AI.AIFunctionDeclaration>().Select(tool => tool.JsonSchema.GetRawText()).ToList();
        Assert.Contains("数字、+ - * / % ^、括号", offered[0], StringComparison.Ordinal);
        Assert.Contains("计算差值的另一个日期", offered[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_kept_and_an_agent_that_failed_are_told_in_the_language_of_the_run()
    {
        AgentDefinition expert = new() { Name = "专家", Slug = "expert", Instructions = "专家", Memory = new(MemoryScope.User) }, chief = new() { Name = "1", Slug = "chief", Instructions = "1", Tools = [new(ToolNames.AskAgent, ToolPolicy.Always)], Agents = ["expert"] };
        var chat = Deciding(messages => messages[0].Text.Contains("专家", StringComparison.Ordinal) ? throw new Platform.ModelHost.Client.ModelHostException(Platform.ModelHost.Client.ModelHostErrorKind.Failed, "It broke.")
            : [messages[^1].Role == Microsoft.Extensions.AI.ChatRole.Tool ? new Microsoft.Extensions.AI.TextContent("好。") : Call(ToolNames.AskAgent, new { agent = "expert", task = "年假？" })]);
        await using var rig = await AgentsRig.StartAsync(chat);
        var id = (await rig.Agents.CreateAsync(AgentsRig.Anna, expert, Cancellation)).Id;
        await rig.Agents.PublishAsync(AgentsRig.Anna, id, "", Cancellation);
        await rig.EventsAsync(await rig.LetAsync(chief, "年假有多少天？"));
        var result = chat.Requests.Last()[^1].Contents.OfType<Microsoft.Extensions.AI.FunctionResultContent>().Single().Result!.ToString()!;
        Assert.Contains("智能体“expert”失败了。", result, StringComparison.Ordinal);
        Assert.DoesNotContain("It broke.", result, StringComparison.Ordinal);
        var kept = await new RememberTool(rig.Memories).RunAsync(JsonElement.Parse("""{"text":" "}"""), new(AgentsRig.Anna, Guid.NewGuid(), []) { AgentId = id, Memory = MemoryScope.User, Language = AnswerLanguage.Chinese }, Cancellation);
        Assert.Equal((true, 0), (kept.IsError, Foreign(kept.Text).Count));
    }

    private IReadOnlyList<AgentTool> Own()
    {
        PageFetch fetch = new(http, _ => Task.FromResult(new AllowedHosts(["127.0.0.1:9"])), new ReaderByContent(Options.Create(new RetrievalOptions())), 1 << 20);
        return [new CalculatorTool(), new DateTimeTool(TimeProvider.System), new SearchDocumentsTool(shelf), new ReadPassageTool(shelf), tables, new FetchPageTool(fetch, TimeSpan.FromSeconds(30))];
    }

    private static List<string> Foreign(string text) => [.. Latin().Matches(text).Select(match => match.Value.ToLowerInvariant()).Where(word => !Names.Contains(word))];

    [GeneratedRegex("[A-Za-z_]{2,}")]
    private static partial Regex Latin();

    [GeneratedRegex("\"description\":\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex Described();
}
