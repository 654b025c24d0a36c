using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Platform.Training.Jobs;

/// <summary>What a job is made of, as a hash: whatever changes the weights that come out. Where the model lies and how many threads compute are not in it.</summary>
internal static class JobIdentity
{
    internal static string Of(JobSettings settings, string modelSha256, JobFolder folder)
    {
        var decisive = JsonSerializer.Deserialize(JsonSerializer.Serialize(settings, JobJson.Default.JobSettings), JobJson.Default.JobSettings)!;
        (decisive.Model, decisive.ModelSha256, decisive.Threads) = ("", modelSha256.ToLowerInvariant(), 1);
        var parts = new StringBuilder(JsonSerializer.Serialize(decisive, JobJson.Default.JobSettings)).Append('\n').Append(HashOf(folder.File(settings.Train)));
        if (settings.Validation is { } validation) { parts.Append('\n').Append(HashOf(folder.File(validation))); }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(parts.ToString())));
    }

    /// <exception cref="TrainingException">The file is not there.</exception>
    internal static string HashOf(string path)
    {
        if (!File.Exists(path)) { throw new TrainingException(TrainingFault.Data, $"The file {Path.GetFileName(path)} is not there."); }
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
