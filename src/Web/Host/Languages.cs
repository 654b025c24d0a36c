using Microsoft.AspNetCore.Localization;

namespace Platform.Web.Host;

/// <summary>The page's language: the person's choice (a cookie that shell.js writes), else the browser's wish, else English.</summary>
public static class Languages
{
    public const string Cookie = "platform.language";
    public const string English = "en";
    public const string SimplifiedChinese = "zh-Hans";

    public static IServiceCollection AddLanguages(this IServiceCollection services) => services
        .AddLocalization()
        .Configure<RequestLocalizationOptions>(options =>
        {
            options.SetDefaultCulture(English).AddSupportedCultures(English, SimplifiedChinese).AddSupportedUICultures(English, SimplifiedChinese);
            options.RequestCultureProviders = [new CustomRequestCultureProvider(context => Task.FromResult<ProviderCultureResult?>(new(Of(context.Request))))];
        });

    /// <summary>en or zh-Hans. Every kind of Chinese that a browser may ask for gets the Chinese there is; culture data (ICU) is not needed for that.</summary>
    public static string Of(HttpRequest request)
    {
        if (request.Cookies[Cookie] is English or SimplifiedChinese)
        {
            return request.Cookies[Cookie]!;
        }

        var wished = request.GetTypedHeaders().AcceptLanguage.OrderByDescending(language => language.Quality ?? 1).Select(language => language.Value.ToString());
        foreach (var language in wished)
        {
            if (language.StartsWith("zh", StringComparison.OrdinalIgnoreCase))
            {
                return SimplifiedChinese;
            }

            if (language.StartsWith("en", StringComparison.OrdinalIgnoreCase))
            {
                return English;
            }
        }

        return English;
    }
}
