using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Platform.Web.Features.Models;

namespace Platform.Web.Tests.Models;

public sealed class WhatFitsTests
{
    private const long Gigabyte = 1L << 30;
    private static readonly IStringLocalizer<ModelsTexts> Texts = new ServiceCollection().AddLogging().AddLocalization().BuildServiceProvider().GetRequiredService<IStringLocalizer<ModelsTexts>>();

    [Fact]
    public void What_fits_asks_nobody_to_go()
    {
        var fit = WhatFits.Of(3 * Gigabyte, 4 * Gigabyte, [new("other", Gigabyte, false)]);
        Assert.True(fit.Fits);
        Assert.Empty(fit.MustGo);
        Assert.Equal("It fits: it needs about 3 GB. Of 4 GB free, 1 GB remain.", Said(fit, "en"));
        Assert.Contains("剩余 1 GB", Said(fit, "zh-Hans"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_smallest_that_is_enough_goes()
    {
        var fit = WhatFits.Of(3 * Gigabyte, Gigabyte, [new("huge", 9 * Gigabyte, false), new("enough", 2 * Gigabyte, false), new("little", Gigabyte / 2, false)]);
        Assert.Equal(["enough"], Names(fit));
        Assert.Contains("enough (2 GB)", Said(fit, "en"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pinned_model_goes_only_when_the_others_are_not_enough()
    {
        MemoryHolder pinned = new("pinned", 2 * Gigabyte, true), one = new("one", Gigabyte, false), two = new("two", Gigabyte, false);
        Assert.Equal(["one", "two"], Names(WhatFits.Of(2 * Gigabyte, 0, [pinned, one, two])).Order());
        Assert.Equal([pinned, two], WhatFits.Of(3 * Gigabyte, 0, [pinned, one, two]).MustGo.OrderBy(holder => holder.Name)); // one of the two is enough beside it
    }

    [Fact]
    public void Nobody_goes_in_vain()
    {
        var never = WhatFits.Of(9 * Gigabyte, Gigabyte, [new("one", Gigabyte, false)]);
        Assert.True(never is { Never: true, Fits: false });
        Assert.Empty(never.MustGo);
        Assert.Contains("there would be 2 GB", Said(never, "en"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(WhatFits fit) => fit.MustGo.Select(holder => holder.Name);

    private static string Said(WhatFits fit, string language)
    {
        var (culture, before) = (CultureInfo.GetCultureInfo(language), (CultureInfo.CurrentUICulture, CultureInfo.CurrentCulture));
        (CultureInfo.CurrentUICulture, CultureInfo.CurrentCulture) = (culture, culture);
        try
        {
            return fit.Sentence(Texts);
        }
        finally
        {
            (CultureInfo.CurrentUICulture, CultureInfo.CurrentCulture) = before;
        }
    }
}
