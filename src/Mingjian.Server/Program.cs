using Mingjian.Server.Configuration;
using Mingjian.Server.Hosting;
using Mingjian.Server.Session;

var builder = WebApplication.CreateBuilder(args);
builder.AddConfiguration();
builder.AddHosting();
builder.AddSessions();

var app = builder.Build();
app.UseHosting();
app.MapHosting();
app.MapSessions();
app.MapPages();
await app.RunAsync();

/// <summary>The entry point; public so that tests can start the whole program in process.</summary>
public partial class Program;
