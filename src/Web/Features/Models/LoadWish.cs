using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;

namespace Platform.Web.Features.Models;

/// <summary>What a person chose for loading a model.</summary>
/// <param name="ContextTokens">Null takes what the service usually takes.</param>
/// <param name="MayUnload">Ids of models that have to make room where the service finds none: it unloads by itself what nobody uses and nobody pinned.</param>
public sealed record LoadWish(string Model, int? ContextTokens, RopeChoice? Rope, IReadOnlyList<string> MayUnload)
{
    /// <summary>Loads it. Others go only when it is room that it lacks, and come back where it could not be loaded all the same.</summary>
    /// <exception cref="ModelHostException">Why it is not loaded.</exception>
    public async Task RunAsync(ModelAdmin models)
    {
        ArgumentNullException.ThrowIfNull(models);
        try
        {
            await LoadAsync(models);
        }
        catch (ModelHostException full) when (full.Code == "out_of_memory" && MayUnload.Count > 0)
        {
            await LoadInPlaceOfOthersAsync(models);
        }
    }

    private async Task LoadInPlaceOfOthersAsync(ModelAdmin models)
    {
        List<string> gone = [];
        try
        {
            foreach (var other in MayUnload)
            {
                await models.UnloadAsync(other, CancellationToken.None);
                gone.Add(other);
            }
            await LoadAsync(models);
        }
        catch (ModelHostException)
        {
            foreach (var other in gone)
            {
                await ((Task)models.LoadAsync(other, CancellationToken.None)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the first reason is the one to tell
            }
            throw;
        }
    }

    private Task<AdminModel> LoadAsync(ModelAdmin models) => models.LoadAsync(Model, ContextTokens, Rope, CancellationToken.None);
}
