using Platform.ModelHost.Server.Files;
using Platform.ModelHost.Server.FineTuning.Rows;
using Platform.Training.Rows;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>The lines that a job learns from and is evaluated on, from one file each or from several.</summary>
/// <param name="HeldOut">Null where a share of the learned ones is held out.</param>
/// <param name="Mixture">What is taken of each file; empty where there is one.</param>
internal sealed record JobSources(IEnumerable<RowLine> Learned, IEnumerable<RowLine>? HeldOut, string TrainingSha256, string? ValidationSha256, IReadOnlyList<MixedFile> Mixture)
{
    /// <exception cref="RequestRefused">A file is not there any more.</exception>
    /// <exception cref="RowFault">A file cannot be read.</exception>
    public static JobSources Open(FileStore files, TuningRecord record)
    {
        var tokens = record.Settings.SequenceTokens ?? TextPieces.UsualTokens; // of a row of plain text
        var validation = record.ValidationFile is { } file ? files.Find(file, "validation_file") : null;
        var (lines, sha256) = (validation is null ? null : RowLines.Read(files.PathOf(validation), validation.Filename, tokens), validation?.Sha256);
        if (record.Mixture.Count == 0)
        {
            var training = files.Find(record.TrainingFile, "training_file");
            return new JobSources(RowLines.Read(files.PathOf(training), training.Filename, tokens), lines, training.Sha256, sha256, []);
        }

        var mixed = new MixedLines([.. record.Mixture.Select(part => Source(part.File, part))], record.MixtureRows, record.Seed);
        var heldOut = record.Mixture.Where(part => part.ValidationFile is not null).DistinctBy(part => part.ValidationFile).Select(part => Source(part.ValidationFile!, part)).ToList();
        return heldOut.Count == 0 ? new JobSources(mixed.Read(), lines, mixed.Sha256, sha256, mixed.Files)
            : new JobSources(mixed.Read(), heldOut.SelectMany(MixedLines.Lines), mixed.Sha256, MixedLines.HashOf(heldOut.Select(part => part.Sha256)), mixed.Files);

        MixtureSource Source(string id, MixtureShare part)
        {
            var stored = files.Find(id, "mixture");
            return new MixtureSource(stored.Id, stored.Filename, stored.Sha256, files.PathOf(stored), part.Weight, part.MaxRepeats, tokens);
        }
    }
}
