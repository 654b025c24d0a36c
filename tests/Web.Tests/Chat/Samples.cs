using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Retrieval.Reading;
using Platform.Agents.Runs;

namespace Platform.Web.Tests.Chat;

/// <summary>Small records for tests of the chat page.</summary>
internal static class Samples
{
    public static Citation Citation(int n, Verdict verdict = Verdict.Supported) => new(
        n, Guid.NewGuid(), Guid.NewGuid(), "handbook.pdf", "application/pdf", 1, Guid.NewGuid(), "Leave", 3, 10, 22, "25 days off.", "You have 25 days off. Ask first.", 0,
        [new PageRectangle(3, 0.1f, 0.2f, 0.5f, 0.02f)], 0.9, verdict, 0, 12);

    public static RunEvent Event(int seq, string name, object data) => new(Guid.Empty, seq, DateTimeOffset.UnixEpoch, name, JsonSerializer.Serialize(data, JsonSerializerOptions.Web));
}
