using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Training.Datasets.Importing;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Tests;

/// <summary>What was masked is gone: from what is learned, from what is handed out and from what is logged. What the database overwrites stays in its own file until the place is used again.</summary>
public sealed class SecretsTests
{
    private const string Key = "sk-canary9XyZw8vUtSrQpOnM", Password = "Tr0ub4dor&3canary", Email = "canary.bird@aviary.example", Phone = "13812345678", Card = "4111 1111 1111 1111", Identity = "11010519491231002X";

    private static readonly string[] Secrets = [Key, Password, Email, Phone, Card, Identity];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_secret_that_was_masked_is_in_no_version_export_log_or_file_fault_39()
    {
        RecordingLog log = new();
        await using var here = await Installation.StartAsync(services: services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log)));
        var (items, versions) = (here.Get<DatasetItems>(), here.Get<DatasetVersions>());
        var set = (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Desk", "", RowKind.Dialogue, Stop)).Id;
        var rows = here.File("rows.jsonl", $$$"""
            {"messages": [{"role": "system", "content": "The key is {{{Key}}}."}, {"role": "user", "content": "Who may help me?"}, {"role": "assistant", "content": "Write to {{{Email}}}, please."}]}
            {"messages": [{"role": "user", "content": "怎么登录？密码是{{{Password}}}。"}, {"role": "assistant", "content": "请拨打{{{Phone}}}，并带上身份证{{{Identity}}}。"}]}
            {"messages": [{"role": "user", "content": "Pay it."}, {"role": "assistant", "content": null, "tool_calls": [{"id": "1", "type": "function", "function": {"name": "pay", "arguments": "{\"card\":\"{{{Card}}}\"}"}}]}, {"role": "tool", "tool_call_id": "1", "content": "paid with {{{Key}}}"}, {"role": "assistant", "content": "It is paid."}]}
            {"messages": [{"role": "user", "content": "no answer but {{{Key}}}"}]}
            """);
        Assert.Equal((3, 1), (await here.Get<DatasetImport>().ImportAsync(Installation.Administrator, set, rows, "rows.jsonl", null, Stop)) is var report ? (report.Added, report.Faulty) : default);
        File.Delete(rows);

        Assert.Equal(3, (await items.MaskAsync(Installation.Administrator, set, Stop)).Changed);
        await items.JudgeAsync(Installation.Administrator, set, new ItemQuery(), RowStatus.Approved, Stop);
        await versions.FreezeAsync(Installation.Administrator, set, 0.4, 1, "", Stop);

        using MemoryStream exported = new();
        foreach (var heldBack in (bool[])[true, false]) await versions.ExportAsync(Installation.Administrator, set, 1, heldBack, exported, Stop);
        await items.ExportAsync(Installation.Administrator, set, exported, Stop);
        var text = Encoding.UTF8.GetString(exported.ToArray());
        Assert.Equal(6, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.All((string[])["[email]", "[phone]", "[id]", "[card]", "[secret]"], mark => Assert.Contains(mark, text, StringComparison.Ordinal));
        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.All(Secrets, secret => Assert.DoesNotContain(log.Lines, line => line.Contains(secret, StringComparison.Ordinal)));
        foreach (var file in here.Files().Where(file => !file.Contains("platform.db", StringComparison.Ordinal) && Path.GetFileName(file) != "lock"))
        {
            var content = await File.ReadAllTextAsync(file, Stop);
            Assert.All(Secrets, secret => Assert.False(content.Contains(secret, StringComparison.Ordinal), $"{secret} in {file}"));
        }
    }

    private sealed class RecordingLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => NullLogger.Instance.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose() => Lines.Clear();
    }
}
