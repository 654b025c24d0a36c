using Microsoft.Extensions.Logging;

namespace Platform.Agents.Tests;

/// <summary>Shows what is logged with the test that failed.</summary>
internal sealed class TestLog<T> : ILogger<T>
{
    private readonly ITestOutputHelper? output = TestContext.Current.TestOutputHelper;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        output?.WriteLine($"{logLevel}: {formatter(state, exception)} {exception}");
}
