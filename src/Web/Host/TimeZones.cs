using Platform.Agents;

namespace Platform.Web.Host;

/// <summary>The person's time zone: as their browser tells it (a cookie that shell.js writes), else the server's. It flows with a page as its language does.</summary>
public static class TimeZones
{
    public const string Cookie = "platform.zone";

    private static readonly AsyncLocal<TimeZoneInfo?> Told = new();

    public static TimeZoneInfo Current => Told.Value ?? TimeZoneInfo.Local;

    public static void UseTimeZones(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        Told.Value = KnownZone.Find(context.Request.Cookies[Cookie]);
        return next(context);
    });
}
