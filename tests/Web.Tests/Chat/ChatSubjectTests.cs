using System.Text.Json;
using Platform.ModelHost.Client;
using Platform.Retrieval.Access;
using Platform.Web.Features.Api;
using Platform.Web.Features.Chat;

namespace Platform.Web.Tests.Chat;

/// <summary>Which models people and programs are offered.</summary>
public sealed class ChatSubjectTests
{
    private static readonly Caller Administrator = new("a", true), Person = new("p", false);

    /// <summary>A draft that nobody measured stands in no list but an administrator's.</summary>
    [Fact]
    public void Only_administrators_are_offered_versions_of_an_adapter()
    {
        string[] all = ["m", "m:legal", "m:legal@1", "m:draft@1", "other@5"];
        ServedModel[] served = [.. all.Select(id => new ServedModel(id, true, false, true, 256, 0, 0))];
        Assert.Equal(all, ChatSubjects.Offered(Administrator, served).Select(model => model.Id));
        Assert.Equal(["m", "m:legal", "other@5"], ChatSubjects.Offered(Person, served).Select(model => model.Id));
    }

    [Theory]
    [InlineData("m", "legal", "legal@1")]
    [InlineData("m:legal@1", "legal", "legal@1")] // of the same base
    [InlineData("mm", "tax")]
    [InlineData("qwen:7b")] // its name has a colon
    [InlineData("")]
    public void Adapters_are_those_of_the_chosen_model(string model, params string[] adapters) =>
        Assert.Equal(adapters, ChatSubjects.AdaptersOf(model, ["m", "m:legal", "m:legal@1", "mm", "mm:tax", "qwen:7b"]));

    [Theory]
    [InlineData("""{"id":"m"}""", true)]
    [InlineData("""{"id":"other@5","adapter":null}""", true)]
    [InlineData("""{"id":"m:legal","adapter":{"version":1}}""", true)]
    [InlineData("""{"id":"m:legal@1","adapter":{"version":1}}""", false)]
    public void A_persons_key_lists_an_adapter_by_its_name_alone(string card, bool isListed)
    {
        var told = JsonDocument.Parse(card).RootElement;
        Assert.Equal(isListed, ModelList.IsOffered(told, Person));
        Assert.True(ModelList.IsOffered(told, Administrator));
    }
}
