using Platform.ModelHost.Client.Admin;
using Platform.Web.Host;

namespace Platform.Web.Features.Training;

/// <summary>The pages' one way to training. Each call asks anew who is on the circuit: UnauthorizedAccessException for anybody but administrators.</summary>
public sealed class TrainingAdministration(CurrentCaller current, FineTuning tuning)
{
    public async Task<FineTuning> TuningAsync() =>
        (await current.GetAsync()).IsAdministrator ? tuning : throw new UnauthorizedAccessException("Only administrators may train adapters.");
}
