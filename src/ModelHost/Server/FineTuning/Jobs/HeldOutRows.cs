using System.Text.Json.Serialization;
using Platform.ModelHost.Server.FineTuning.Rows;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>A row that was not learned from: its loss without the adapter and with it (docs/training.md, `evaluation.jsonl`).</summary>
internal sealed record HeldOutRow(string Id, double BaseLoss, double Loss, double Weight);

/// <summary>Reads what the trainer wrote of them, those that got worst first.</summary>
internal static class HeldOutRows
{
    public static IReadOnlyList<HeldOutRow> Read(string path) => File.Exists(path) ? [.. JsonLines.Read(path, HeldOutJson.Default.HeldOutRow)] : [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HeldOutRow))]
internal sealed partial class HeldOutJson : JsonSerializerContext;
