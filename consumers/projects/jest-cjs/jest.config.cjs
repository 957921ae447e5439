// #region jest
module.exports = {
  transform: {
    '\\.[cm]?js$': ['babel-jest', { presets: [['@babel/preset-env', { targets: { node: 'current' } }]] }],
  },
  // Jest's own loader reads no ES modules: transform these packages, and those they import that are modules.
  transformIgnorePatterns: [
    '/node_modules/(?!(@cpc|@angular|inversify|@inversifyjs|lit|lit-html|lit-element|@lit|@lit-labs|uplot)/)',
  ],
};
// #endregion
