namespace Platform.ModelHost.Server.FineTuning;

/// <summary>Where everything of training lies.</summary>
internal static class TrainingFolder
{
    /// <exception cref="RequestRefused">There is none.</exception>
    public static string Of(TrainingOptions options) => options.Directory is { Length: > 0 } folder ? Path.GetFullPath(folder)
        : throw new RequestRefused(new Problem(501, "not_supported_error", "not_supported", "Nothing is trained here: set Training:Directory to a folder for files and jobs."));
}
