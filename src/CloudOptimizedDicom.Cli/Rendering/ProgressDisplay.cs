using Spectre.Console;

namespace CloudOptimizedDicom.Cli.Rendering;

/// <summary>How far long work is: a bar on a terminal, nothing where output is redirected.</summary>
internal static class ProgressDisplay
{
    /// <summary>Runs work that reports how many steps it has done; reports may come from any thread.</summary>
    /// <param name="title">What is being done.</param>
    /// <param name="steps">How many steps there are.</param>
    /// <param name="isWanted">Whether to show anything.</param>
    /// <param name="work">The work, given what to call after a number of steps.</param>
    public static Task RunAsync(string title, int steps, bool isWanted, Func<Action<int>, Task> work) =>
        isWanted && !Console.IsErrorRedirected
            ? Terminal.Errors.Progress().AutoClear(true).StartAsync(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: Math.Max(1, steps));
                return work(done => task.Increment(done));
            })
            : work(static _ => { });
}
