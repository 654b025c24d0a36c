namespace Platform.Web.Features.Training;

/// <summary>Golden questions that an adapter is measured by: kept with the model service, asked of a knowledge base.</summary>
/// <param name="File">Id of the file with the questions.</param>
/// <param name="By">Id of the person in whose name they are asked.</param>
public sealed record GoldenChoice(Guid Base, string File, string By)
{
    internal const string FileKey = "golden_file", BaseKey = "golden_base", ByKey = "golden_by";

    /// <summary>Most questions of a file, and its bytes.</summary>
    public const int MostQuestions = 200, MostBytes = 4 << 20;

    internal IEnumerable<KeyValuePair<string, string>> Metadata => [new(FileKey, File), new(BaseKey, Base.ToString()), new(ByKey, By)];

    /// <param name="text">Reads what is kept under a name.</param>
    /// <returns>Null where no questions were named.</returns>
    internal static GoldenChoice? Of(Func<string, string?> text) =>
        Guid.TryParse(text(BaseKey), out var asked) && text(FileKey) is { } file && text(ByKey) is { } by ? new GoldenChoice(asked, file, by) : null;
}
