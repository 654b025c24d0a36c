namespace Platform.Web.Features.Settings;

/// <summary>Marks the texts of the settings.</summary>
public sealed class SettingsTexts;
