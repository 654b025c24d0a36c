using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Measures;
using Platform.ModelHost.Server.FineTuning.Rows;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.FineTuning.Requests;

/// <summary>How a job does: `…/evaluation` row by row at its end, `…/evaluations` with what was answered to the same prompts each time.</summary>
internal static class EvaluationEndpoints
{
    private const int UsualRows = 50;

    public static void MapEvaluations(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/fine_tuning/jobs/{id}/evaluation", RowsAsync).WithMetadata(new AdminOnly());
        app.MapGet("/v1/fine_tuning/jobs/{id}/evaluations", AnswersAsync).WithMetadata(new AdminOnly());
    }

    /// <summary>The rows that were held out: those that got worst first, or those that got best.</summary>
    private static Task RowsAsync(HttpContext http, TuningJobs jobs, string id, string? limit, string? order)
    {
        var folder = jobs.Find(id).Folder;
        var page = Page<HeldOutRow>.Of(HeldOutRows.Read(folder.Comparison), row => row.Id, null, limit, order, UsualRows);
        var answered = (File.Exists(folder.Answered) ? JsonLines.Read(folder.Answered, ProbeJson.Default.AnsweredRow) : []).ToDictionary(row => row.Id);
        return http.WriteJsonAsync(new HeldOutListBody("list", [.. page.Items.Select(row => Row(row, answered.GetValueOrDefault(row.Id)))]), ServerJson.Wire.HeldOutListBody);
    }

    private static Task AnswersAsync(HttpContext http, TuningJobs jobs, string id, string? after, string? limit, string? order)
    {
        var folder = jobs.Find(id).Folder;
        var page = Page<EvaluationBody>.Of(EvaluationAnswers.Read(folder).Reverse().Select(one => Evaluation(id, one)), one => one.Id, after, limit, order, UsualRows);
        var prompts = File.Exists(folder.Prompts) ? JsonLines.Read(folder.Prompts, ProbeJson.Default.Probe).Select(probe => new ProbeBody(probe.Id, probe.Question, probe.Reference)) : [];
        return http.WriteJsonAsync(new EvaluationListBody("list", [.. prompts], page.Items, page.HasMore, page.FirstId, page.LastId), ServerJson.Wire.EvaluationListBody);
    }

    private static HeldOutBody Row(HeldOutRow row, AnsweredRow? asked) => new(row.Id, row.BaseLoss, row.Loss, row.Weight, asked?.Question, asked?.Reference, asked?.BaseAnswer, asked?.Answer, asked?.BaseF1, asked?.F1);

    private static EvaluationBody Evaluation(string job, EvaluationAnswer one) =>
        new(FormattableString.Invariant($"fteval-{job["ftjob-".Length..]}-{one.Step}"), "fine_tuning.job.evaluation", one.At, one.Step, one.Answers);
}
