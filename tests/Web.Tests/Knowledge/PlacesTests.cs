using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Platform.Web.Features.Documents;

namespace Platform.Web.Tests.Knowledge;

public sealed class PlacesTests
{
    private const string Sheets = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    private readonly IStringLocalizer<DocumentsTexts> texts = new ServiceCollection().AddLogging().AddLocalization().BuildServiceProvider().GetRequiredService<IStringLocalizer<DocumentsTexts>>();

    [Theory]
    [InlineData("application/pdf", 3, "Leave › Annual leave", "Page 3")]
    [InlineData("application/pdf", 1, "", "Page 1")]
    [InlineData("text/markdown", 1, "Rules › Passwords", "Passwords")]
    [InlineData("text/plain", 1, "", "")]
    [InlineData("application/vnd.openxmlformats-officedocument.wordprocessingml.document", 1, "Hotels", "Hotels")]
    [InlineData(Sheets, 2, "Mileage", "Mileage")]
    public void A_place_is_a_page_only_where_there_are_pages(string mediaType, int page, string heading, string place)
        => Assert.Equal(place, Places.Of(mediaType, page, heading, texts));
}
