using Platform.ModelHost.Client.Admin;
using Platform.Web.Features.Models;

namespace Platform.Web.Features.Training;

/// <summary>The model that rows are looked at for before one is chosen: the one that a new job begins with. The model that answers may be another, of a service that trains nothing.</summary>
public sealed class TeachableModel(ModelAdministration administration)
{
    /// <summary>Null where no model can be trained. Throws ModelHostException where the service does not answer.</summary>
    public async Task<AdminModel?> FindAsync(CancellationToken cancellation) => new JobForm().First(await (await administration.ModelsAsync()).ListAsync(cancellation));
}
