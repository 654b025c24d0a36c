namespace Platform.Web.Features.Setup;

/// <summary>Marks the texts of set-up.</summary>
public sealed class SetupTexts;
