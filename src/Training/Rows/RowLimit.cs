namespace Platform.Training.Rows;

/// <summary>How long a row may be where a job names no number of tokens itself.</summary>
public static class RowLimit
{
    /// <summary>Tokens of a row that is learned whole.</summary>
    public const int UsualTokens = 2_048;

    /// <summary>The limit of a job that begins with its usual settings.</summary>
    /// <param name="kind">Of all rows.</param>
    /// <param name="trained">Tokens that the base was trained to read at once; 0 while that is not known.</param>
    /// <returns>Tokens; null for plain texts, which are cut into pieces and may have any length.</returns>
    public static int? Of(RowKind kind, int trained) => kind == RowKind.Text ? null : trained > 0 ? Math.Min(UsualTokens, trained) : UsualTokens;
}
