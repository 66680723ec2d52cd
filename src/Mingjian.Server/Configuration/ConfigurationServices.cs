using Microsoft.Extensions.Options;
using Mingjian.Storage.Sql;

namespace Mingjian.Server.Configuration;

/// <summary>Reads and checks the configuration before anything else starts.</summary>
internal static class ConfigurationServices
{
    /// <returns>What this process is to do; what stands there instead of a role is refused with all other settings.</returns>
    public static ServerRole AddConfiguration(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<ServerOptions>, ValidateServerOptions>();
        builder.Services.AddOptions<ServerOptions>().BindConfiguration(ServerOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton(services => services.GetRequiredService<IOptions<ServerOptions>>().Value);
        builder.Services.AddSingleton(services =>
            SqlSettings.Read(services.GetRequiredService<IConfiguration>(), services.GetRequiredService<ServerOptions>().NetworkDirectory));
        builder.Services.AddSingleton(TimeProvider.System);
        return Enum.TryParse<ServerRole>(builder.Configuration[$"{ServerOptions.Section}:{nameof(ServerOptions.Role)}"], ignoreCase: true, out var role)
            ? role
            : ServerRole.All;
    }
}

/// <summary>Source-generated checks of the attributes in <see cref="ServerOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class ValidateServerOptions : IValidateOptions<ServerOptions>;
