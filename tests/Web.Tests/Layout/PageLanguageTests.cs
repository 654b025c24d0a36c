using System.Globalization;
using Platform.Web.Layout;

namespace Platform.Web.Tests.Layout;

public sealed class PageLanguageTests
{
    [Fact]
    public void What_another_thread_raises_is_drawn_in_the_pages_language_and_leaves_that_thread_its_own()
    {
        CultureInfo.CurrentUICulture = new CultureInfo("zh-Hans");
        var drawnIn = "";
        var kept = PageLanguage.Keep(() => drawnIn = CultureInfo.CurrentUICulture.Name);
        CultureInfo.CurrentUICulture = new CultureInfo("en");
        kept();
        Assert.Equal(("zh-Hans", "en"), (drawnIn, CultureInfo.CurrentUICulture.Name));
    }
}
