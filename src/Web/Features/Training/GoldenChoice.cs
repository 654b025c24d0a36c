using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Platform.ModelHost.Client.Admin;
using Platform.Retrieval.Access;
using Platform.Retrieval.Evaluation;

namespace Platform.Web.Features.Training;

/// <summary>Golden questions that an adapter is measured by: kept with a knowledge base, and for a version with the model service, so that it is asked the same ones later.</summary>
/// <param name="File">Id of the service's copy.</param>
/// <param name="By">Id of the person in whose name they are asked.</param>
/// <param name="Name">What they are called; null where that is not known.</param>
public sealed record GoldenChoice(Guid Base, string File, string By, string? Name = null)
{
    internal const string FileKey = "golden_file", BaseKey = "golden_base", ByKey = "golden_by", NameKey = "golden_name";

    private const string Purpose = "fine-tune";

    internal IEnumerable<KeyValuePair<string, string>> Metadata => [new(FileKey, File), new(BaseKey, Base.ToString()), new(ByKey, By), .. Name is null ? [] : (KeyValuePair<string, string>[])[new(NameKey, Name)]];

    /// <param name="text">Reads what is kept under a name.</param>
    /// <returns>Null where no questions were named.</returns>
    internal static GoldenChoice? Of(Func<string, string?> text) =>
        Guid.TryParse(text(BaseKey), out var asked) && text(FileKey) is { } file && text(ByKey) is { } by ? new GoldenChoice(asked, file, by, text(NameKey)) : null;

    /// <summary>How many of them a version was not asked, as they do not fit the context of its base.</summary>
    public static int LeftOut(AdminAdapter adapter) => Counted(adapter, "left_out");

    /// <summary>How many of them a version and its base were asked; 0 where they were not.</summary>
    public static int Asked(AdminAdapter adapter) => Counted(adapter, "rows");

    /// <summary>Those that a version is asked: named since it was made, or by its job.</summary>
    public static GoldenChoice? Of(AdminAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        return (adapter.Metrics is { ValueKind: JsonValueKind.Object } metrics && metrics.TryGetProperty("golden_questions", out var named) && named.ValueKind == JsonValueKind.Object
            ? Of(name => named.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null) : null) ?? Of(name => JobOrigin.Text(adapter, name));
    }

    /// <summary>How many of those were answered without a model, as the search found nothing for them: they tell nothing of the adapter.</summary>
    public static int WithoutModel(AdminAdapter adapter) => Counted(adapter, "without_model");

    private static int Counted(AdminAdapter adapter, string name)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        return adapter.Metrics is { ValueKind: JsonValueKind.Object } metrics && metrics.TryGetProperty("golden", out var golden) && golden.ValueKind == JsonValueKind.Object
            && golden.TryGetProperty(name, out var told) && told.ValueKind == JsonValueKind.Number && told.TryGetInt32(out var count) ? count : 0;
    }

    /// <summary>Chooses a set, of which the model service gets a copy where it has none to the byte.</summary>
    /// <exception cref="Platform.ModelHost.Client.ModelHostException">The service does not take it.</exception>
    /// <exception cref="Platform.Retrieval.NotFoundException">It was deleted.</exception>
    public static async Task<GoldenChoice> SendAsync(GoldenSets sets, FineTuning tuning, Caller caller, KeptGoldenSet set, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sets);
        ArgumentNullException.ThrowIfNull(tuning);
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(set);
        var content = Encoding.UTF8.GetBytes(await sets.ReadAsync(caller, set.Id, cancellation));
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        var known = (await tuning.FilesAsync(cancellation)).FirstOrDefault(file => file.Purpose == Purpose && file.Sha256 == hash);
        return new GoldenChoice(set.BaseId, known?.Id ?? (await tuning.UploadAsync("golden.jsonl", new MemoryStream(content), cancellation)).Id, caller.UserId, set.Name);
    }
}
