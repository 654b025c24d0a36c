using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Engines;
using Platform.Web.Features.Models;

namespace Platform.Web.Tests.Models;

public sealed class ListedModelTests
{
    private static readonly AdminModel Own = new("m", AdminModelState.Loaded, null, ["chat"], null, IsPinned: false, IsDefault: true, null, 1, 1, 256, 256, 64, "llama", "q8_0");
    private static readonly EngineReport Embedded = Engine("embedded", "m");
    private static readonly EngineReport Gpu = Engine("gpu", "m", "bge-m3");
    private static readonly MemoryState Memory = new(1, 1, []);

    [Fact]
    public void Models_of_other_engines_stand_beside_our_own_under_their_engines_names()
    {
        var listed = Snapshot([Own], Memory, [Embedded, Gpu], "m").Listed;
        Assert.Equal(["m", "gpu/m", "gpu/bge-m3"], listed.Select(one => one.Address));
        Assert.Equal([null, "gpu", "gpu"], listed.Select(one => one.Engine?.Name));
        Assert.Equal(["chat", "chat", "embeddings"], listed.SelectMany(one => one.Model.Capabilities));
    }

    [Fact]
    public void Where_only_another_engine_runs_its_models_are_listed()
    {
        var listed = Snapshot([], null, [Gpu], "m").Listed;
        Assert.Equal([("gpu/m", true), ("gpu/bge-m3", false)], listed.Select(one => (one.Address, one.Model.IsDefault)));
    }

    [Theory]
    [InlineData("gpu/m", "gpu/m")]
    [InlineData("embedded/m", "m")]
    [InlineData("bge-m3", "gpu/bge-m3")]
    public void The_one_that_answers_comes_first_whoever_serves_it(string answering, string first)
    {
        var listed = Snapshot([Own], Memory, [Embedded, Gpu], answering).Listed;
        Assert.Equal((first, true), (listed[0].Address, listed[0].Model.IsDefault));
        Assert.Single(listed, one => one.Model.IsDefault);
    }

    private static EngineReport Engine(string name, params string[] models) => new(name, $"{name}:8000", EngineState.Ready, models, CanChat: true, 0, 0, null, null)
    {
        Served = [.. models.Select(id => new ServedModel(id, CanChat: id == "m", CanEmbed: id != "m", CanAnswer: true, 4096, 0, 0))],
    };

    private static ModelsSnapshot Snapshot(IReadOnlyList<AdminModel> models, MemoryState? memory, IReadOnlyList<EngineReport> engines, string? answering) => new(models, memory, null, null, null, null, null, engines, answering);
}
