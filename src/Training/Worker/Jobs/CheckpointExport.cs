using Platform.Training.Export;

namespace Platform.Training.Jobs;

/// <summary>Makes an adapter of a checkpoint, whether the job is done or not.</summary>
internal static class CheckpointExport
{
    /// <param name="folder">Of the job.</param>
    /// <param name="checkpoint">A checkpoint of this very job.</param>
    /// <param name="path">Where the adapter appears, whole or not at all.</param>
    /// <exception cref="TrainingException">The checkpoint is damaged, or of another job.</exception>
    internal static void Write(JobFolder folder, string checkpoint, string path)
    {
        if (!File.Exists(checkpoint)) { throw new TrainingException(TrainingFault.Checkpoint, $"There is no checkpoint {checkpoint}."); }
        using var site = JobSite.Open(folder, CancellationToken.None);
        CheckpointFile.Read(checkpoint, JobIdentity.Of(site.Settings, site.ModelSha256, folder), site.Adapter);
        AdapterFile.Write(site.Adapter, site.Settings.Model, site.ModelSha256, path);
    }
}
