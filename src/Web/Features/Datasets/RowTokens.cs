using System.Text;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Training.Rows;
using Platform.Web.Features.Training;

namespace Platform.Web.Features.Datasets;

/// <summary>A row as a trainer would read it, token by token: what a job of that row alone would learn from is asked for, and nothing is made or kept.</summary>
public sealed class RowTokens(TrainingAdministration administration, TeachableModel teachable, ILogger<RowTokens> log)
{
    /// <summary>By the model that a new job begins with. ModelHostException where the row cannot be trained on, or the service is away; RowException where it is no row.</summary>
    public async Task<TuningSample> OfAsync(TrainingRow row, CancellationToken cancellation)
    {
        var tuning = await administration.TuningAsync();
        var line = RowWriter.Write(RowReader.Read(RowWriter.Write(row)));
        using MemoryStream content = new(Encoding.UTF8.GetBytes(line + "\n"));
        var model = (await teachable.FindAsync(cancellation))?.Id ?? throw new ModelHostException(ModelHostErrorKind.ModelNotFound, "No model that is loaded can be trained.");
        var file = (await tuning.UploadAsync("row.jsonl", content, cancellation)).Id;
        try
        {
            var method = row.Kind switch { RowKind.Preference => TuningMethod.Dpo, RowKind.Text => TuningMethod.Pretraining, _ => TuningMethod.Supervised };
            return (await tuning.ForecastAsync(new TuningRequest(model, file) { Method = method, ValidationShare = 0 }, cancellation)).Samples is [var sample, ..] ? sample : throw new RowException("empty_row", "", "Nothing of the row would be read.");
        }
        finally
        {
            await ForgetAsync(tuning, file);
        }
    }

    // What the person asked for matters more than that the row is gone at once.
    private async Task ForgetAsync(FineTuning tuning, string file)
    {
        try
        {
            await tuning.DeleteFileAsync(file, CancellationToken.None);
        }
        catch (ModelHostException silent)
        {
            log.LogWarning(silent, "The file {File} with a row that was shown stays in the model service", file);
        }
    }
}
