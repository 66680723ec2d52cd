using Mingjian.Server.Access;
using Mingjian.Server.Channel;
using Mingjian.Server.Configuration;
using Mingjian.Server.Demo;
using Mingjian.Server.Hosting;
using Mingjian.Server.LedgerApi;
using Mingjian.Server.Monitoring;
using Mingjian.Server.Names;
using Mingjian.Server.Nodes;
using Mingjian.Server.Operations;
using Mingjian.Server.Session;
using Mingjian.Server.Setup;
using Mingjian.Server.Shared;
using Mingjian.Server.Trust;
using Mingjian.Server.Upgrades;
using Mingjian.Server.Witnesses;
using Mingjian.Slices;

namespace Mingjian.Server;

/// <summary>The only composition root; what it has of slices is one list (<see cref="AllSlices"/>).</summary>
public static class MingjianServer
{
    /// <summary>The whole program, not yet started.</summary>
    /// <param name="args">Command line: <c>--Section:Name value</c>.</param>
    /// <param name="configure">Called last; tests replace the clock here and nothing else.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ApplicationName = "Mingjian.Server" });
        var role = builder.AddConfiguration();
        if (role != ServerRole.Node)
        {
            builder.Services.AddHostedService<StoreGate>();
            builder.Services.AddHostedService<OpenStores>();
        }

        if (role == ServerRole.Web)
        {
            builder.AddShared();
        }

        // A service that nobody registered stops the start, not the first person who needs it.
        builder.Host.UseDefaultServiceProvider((context, options) =>
            (options.ValidateOnBuild, options.ValidateScopes) = (true, context.HostingEnvironment.IsDevelopment()));
        builder.AddHosting();
        builder.AddLedger(role);
        builder.AddAccess();
        if (role == ServerRole.Node)
        {
            builder.AddNodeAlone();
        }
        else
        {
            builder.AddNames();
            builder.Services.AddSlices();
            builder.AddSessions();
            builder.AddSetup();
            builder.AddDemo();
        }

        if (role != ServerRole.Web)
        {
            builder.AddOperations();
            builder.AddWitnesses();
        }

        builder.AddMonitoring(role);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseHosting();
        app.MapLedger();
        app.MapMonitoring(role);
        if (role != ServerRole.Web)
        {
            app.MapNode();
            app.MapOperations();
            app.MapWitnesses();
        }

        if (role == ServerRole.Node)
        {
            app.MapNodeAlone();
            app.MapChannel();
            return app;
        }

        app.UseDemoGuard();
        app.MapHosting();
        app.MapActs();
        app.MapSlices();
        app.MapSessions();
        app.MapSetup();
        app.MapHeldActs();
        app.MapDemo();
        app.MapTrustModule();
        app.MapPages();
        return app;
    }
}
